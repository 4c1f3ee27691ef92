package catalog

import (
	"encoding/json"
	"slices"
)

// Row numbers. They are stable for the life of a catalogue, except ClusterID, which a new dedup run gives anew.
type (
	ImageID    = int64
	LocationID = int64
	SpaceID    = int64
	ClusterID  = int64
	RunID      = int64
	StepID     = int64
)

// list is a set of row numbers as one argument of a query: "id IN (SELECT value FROM json_each(?))" takes any number of them.
func list[T int64 | string](ids []T) string {
	if len(ids) == 0 {
		return "[]"
	}
	b, err := json.Marshal(ids)
	if err != nil {
		return "[]" // numbers and strings always marshal
	}
	return string(b)
}

// unique sorts ids and drops those that are there twice.
func unique(ids []int64) []int64 {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}
