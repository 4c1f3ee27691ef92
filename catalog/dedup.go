package catalog

import (
	"context"
	"iter"
	"time"
)

// Candidate is one usable image (not invalid, not missing) with what the choice of a keeper may look at.
type Candidate struct {
	Image         ImageID
	Hash          Hash
	Path          string // as stored
	Bytes         int64
	Format        string
	Width, Height int
	PHash         *PHash // nil = not measured
	Metadata      map[string]any
	ModTime       int64     // oldest of its live locations, Unix nanoseconds
	Added         time.Time // to the catalogue
	Locations     int
	Label         string
	Subject       string
	Conflict      bool        // label conflict not decided
	Fate          VerdictKind // Keep, Remove or empty
}

// Candidates streams what dedup looks at, by image number, as of one moment.
func (c *Catalog) Candidates(ctx context.Context) iter.Seq2[Candidate, error] { return nil }

// Marks is the whole result of a dedup run of one kind.
type Marks struct {
	Kind      PairKind
	Run       RunID
	Threshold float64        // from which two images count as copies
	Pairs     iter.Seq[Pair] // each image's nearest 64 above a stated floor; each pair once; may be nil
	Clusters  []Cluster      // an image is in at most one; two or more members each
}

// ReplaceMarks puts a run's pairs and clusters in place of the former ones of the same kind and settles every image, in one transaction and
// one undoable step (undo brings the former clusters back; pairs are evidence, not decisions, and stay). Verdicts are kept and win.
func (c *Catalog) ReplaceMarks(ctx context.Context, command string, m Marks) (MarkCounts, error) {
	return MarkCounts{}, errUnwritten
}

// MarkCounts is the state after ReplaceMarks.
type MarkCounts struct {
	Pairs, Clusters       int // pairs at or above the threshold
	Kept, Removed, Review int // images of the whole catalogue
	Step                  StepID
}
