package remote

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// wandbConfig writes the settings as W&B keeps them: a value for each name, and
// under _wandb what its page needs: that everything is drawn against
// train/global_step. (In its terse form a metric is 1: name, 2: pattern, 5: number
// of the metric that it is drawn against, 6: options, where 1 is step_sync and 3
// is defined.)
func wandbConfig(r Run) (string, error) {
	all := map[string]any{}
	for name, v := range r.Params {
		all[name] = map[string]any{"value": v}
	}
	all["_wandb"] = map[string]any{"value": map[string]any{
		"m": []any{
			map[string]any{"1": "train/global_step", "6": []int{3}, "7": []int{}},
			map[string]any{"2": "*", "5": 1, "6": []int{1}, "7": []int{}},
		},
	}}
	text, err := json.Marshal(all)
	if err != nil {
		return "", finalError{fmt.Errorf("wandb: write the settings: %w", err)}
	}
	return string(text), nil
}

// newID is a name for a run, as long as the official client's.
func newID() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	id := make([]byte, 8)
	for i := range id {
		id[i] = letters[rand.IntN(len(letters))]
	}
	return string(id)
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
