package stage

import (
	"context"
	"time"

	"github.com/curate/curate/catalog"
)

// StatusResult is the catalogue at a glance.
type StatusResult struct {
	Catalog    string                 `json:"catalog"`
	Locations  int                    `json:"locations"`
	Gone       int                    `json:"gone"`
	Unreadable int                    `json:"unreadable"`
	Exact      int                    `json:"exact_copies"` // locations beyond the first of each image
	Images     int                    `json:"images"`
	Status     map[catalog.Status]int `json:"status"`
	Removed    RemovedCounts          `json:"removed"`
	Staying    int                    `json:"staying"` // files of removed images that are where ingest found them
	Labels     map[string]int         `json:"labels"`  // of kept images; "" = not said
	Subjects   map[string]int         `json:"subjects"`
	Sources    map[string]int         `json:"sources"`
	Generators map[string]int         `json:"generators"`
	Splits     map[catalog.Split]int  `json:"splits"`
	Issues     map[string]int         `json:"issues"` // flagged, of kept and review images
	Unchecked  int                    `json:"unchecked"`
	Pairs      int                    `json:"pairs"`
	Clusters   int                    `json:"clusters"`
	Similar    SimilarCounts          `json:"similar"`
	Verdicts   int                    `json:"verdicts"`
	Embeddings []EmbeddingCount       `json:"embeddings"`
	Runs       []RunRow               `json:"runs"` // the last of each kind
	Next       *string                `json:"next"` // the command that goes on; null: every stage is done
}

// RemovedCounts are the removed images by reason.
type RemovedCounts struct {
	Copies  int `json:"copies"`
	Similar int `json:"similar"`
	Verdict int `json:"verdict"`
}

// SimilarCounts are the groups of look-alikes and the pairs they were made of.
type SimilarCounts struct {
	Pairs    int `json:"pairs"`
	Clusters int `json:"clusters"`
}

// EmbeddingCount is how many images a model has described.
type EmbeddingCount struct {
	Model      string `json:"model"`
	Purpose    string `json:"purpose"`
	Layers     string `json:"layers"`
	Resolution int    `json:"resolution"`
	Precision  string `json:"precision"`
	Images     int    `json:"images"`
}

// RunRow is a run, as lists print it.
type RunRow struct {
	Name     string            `json:"name"`
	Kind     string            `json:"kind"`
	Status   catalog.RunStatus `json:"status"`
	Started  time.Time         `json:"started"`
	Finished *time.Time        `json:"finished"`
	Dir      *string           `json:"dir"`
}

// Status counts what the catalogue holds.
func Status(ctx context.Context, e *Env) (StatusResult, error) {
	n, err := e.Catalog.Counts(ctx)
	if err != nil {
		return StatusResult{}, err
	}
	r := StatusResult{Catalog: e.Catalog.Path(), Locations: n.Locations, Gone: n.Gone, Unreadable: n.Unreadable, Exact: n.Exact, Staying: n.Staying, Images: n.Images,
		Status: n.Status, Labels: n.Label, Subjects: n.Subject, Sources: n.Source, Generators: n.Generator, Splits: n.Split, Issues: n.Issues,
		Unchecked: n.Unchecked, Pairs: n.Pairs, Clusters: n.Clusters, Similar: SimilarCounts{n.AlikePairs, n.Alike}, Verdicts: n.Verdicts, Embeddings: []EmbeddingCount{}, Runs: []RunRow{}}
	r.Removed = RemovedCounts{Copies: n.Causes[catalog.CauseCopy], Similar: n.Causes[catalog.CauseSimilar]}
	r.Removed.Verdict = n.Status[catalog.Removed] - r.Removed.Copies - r.Removed.Similar
	for _, s := range n.Spaces {
		r.Embeddings = append(r.Embeddings, EmbeddingCount{s.Model, s.Purpose, s.Layers, s.Resolution, s.Precision, s.Embeddings})
	}
	for _, run := range n.Runs {
		r.Runs = append(r.Runs, newRunRow(run))
	}
	r.Next = orNull(next(n))
	return r, nil
}

func newRunRow(r catalog.Run) RunRow {
	row := RunRow{Name: r.Name, Kind: r.Kind, Status: r.Status, Started: r.Started.Truncate(time.Second), Dir: orNull(r.Dir)}
	if !r.Finished.IsZero() {
		at := r.Finished.Truncate(time.Second)
		row.Finished = &at
	}
	return row
}

// next is the command that leads on from here: the first stage that has work, in the order of the way of the data.
func next(n catalog.Counts) string {
	ran, last := map[string]bool{}, map[string]catalog.RunID{}
	for _, r := range n.Runs {
		ran[r.Kind], last[r.Kind] = r.Status == catalog.Done, r.ID
	}
	switch {
	case n.Images == 0:
		return "curate ingest FOLDER"
	case n.Unchecked > 0:
		return "curate check"
	case !ran["dedup"]:
		return "curate dedup"
	case n.Status[catalog.Review] > 0:
		return "curate images --status review"
	case len(n.Split) == 0:
		return "curate split"
	case !ran[kindTrain]:
		return "curate train"
	case !ran[kindEvaluate] || last[kindEvaluate] < last[kindTrain]:
		return "curate evaluate"
	}
	return ""
}
