package catalog

import "context"

// Counts is the catalogue at a glance.
type Counts struct {
	Locations  int            // live
	Gone       int            // locations that left
	Unreadable int            // live locations whose file could not be read
	Images     int            // distinct contents
	Exact      int            // live locations beyond the first of each image: exact copies
	Status     map[Status]int // images; every status is there
	Causes     map[Cause]int  // images by the rule that gave the status
	Label      map[string]int // kept images; "" = without
	Subject    map[string]int
	Source     map[string]int
	Generator  map[string]int
	Split      map[Split]int  // images in each split, whatever their status
	Issues     map[string]int // flagged, among kept and review images
	Unchecked  int            // usable images never checked
	Pairs      int            // copy pairs at or above the threshold of the last dedup
	Clusters   int            // of copies
	Verdicts   int
	Spaces     []SpaceCount
	Runs       []Run // the last run of each kind
}

// SpaceCount is a space with the number of its embeddings.
type SpaceCount struct {
	Space
	Embeddings int
}

// Counts counts everything, as of one moment.
func (c *Catalog) Counts(ctx context.Context) (Counts, error) { return Counts{}, errUnwritten }
