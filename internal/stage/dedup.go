package stage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
)

// DedupOptions say what counts as a copy, and of what.
type DedupOptions struct {
	Command      string  // for the journal
	Threshold    float64 // score from which a pair counts, 0 to 1
	Kind         catalog.PairKind
	Cosine       bool // the score is the cosine of the whitened embeddings, not the calibrated similarity
	Quality      Quality
	Model        string
	HashDistance int          // bits up to which hashes count at all
	Keep         int          // similar: how many of a group stay; 0 = 1
	Within       string       // "label" or "subject": only pairs that agree in it; "" = all
	Against      []string     // stored paths: only pairs of what lies under them and what does not, which leaves
	Rules        []dedup.Rule // nil for dedup.Rules
	DryRun       bool
}

// DedupResult is the state after Dedup; after a dry run, the state it would come to.
type DedupResult struct {
	Images        int              `json:"images"`   // usable ones in the catalogue
	Pairs         int              `json:"pairs"`    // at or above the threshold
	Clusters      int              `json:"clusters"` // made of them
	Removed       int              `json:"removed"`  // images of the whole catalogue, by status
	Kept          int              `json:"kept"`
	Review        int              `json:"review"`
	Seconds       float64          `json:"seconds"`
	EmbedSeconds  float64          `json:"embed_seconds"`
	SearchSeconds float64          `json:"search_seconds"` // joins, clusters and marks
	Model         *string          `json:"model"`          // null: nothing was embedded or compared
	Device        *string          `json:"device"`         // null: nothing had to be embedded
	Threshold     float64          `json:"threshold"`
	Kind          catalog.PairKind `json:"kind"`
	Keep          int              `json:"keep"` // how many of a group stay
	Score         string           `json:"score"`
	Quality       Quality          `json:"quality"`
	Resolution    int              `json:"resolution"`    // pixels
	Floor         float64          `json:"floor"`         // score under which pairs are not kept
	CosineAt      *float64         `json:"cosine_at"`     // cosine that the threshold comes to; null with --score cosine
	HashDistance  int              `json:"hash_distance"` // bits up to which a hash pair reaches the threshold; -1 = never
	Calibration   *string          `json:"calibration"`   // where it comes from; null: nothing was compared
	Prior         *float64         `json:"prior"`         // share of copies among the images that similarities assume; null: they assume none
	Stretch       *float64         `json:"stretch"`       // how many times as far cosines of strangers reach here as where the calibration was learnt
	Flat          int              `json:"flat"`          // images too empty to be hashed
	Unreadable    []UnusableInput  `json:"unreadable"`
	DryRun        bool             `json:"dry_run"`
	Run           *string          `json:"run"` // name of the run in the catalogue
	Step          *int64           `json:"step"`
}

// Dedup finds images that are copies of each other (or, with the kind similar, that
// show the same scene), groups them round keepers and marks the rest. It deletes
// nothing. Hashes and embeddings are saved as they are made, so a killed run is
// continued by the next; pairs, clusters and marks replace the former ones of the
// same kind in one transaction, and verdicts always win.
func Dedup(ctx context.Context, e *Env, o DedupOptions) (r DedupResult, err error) {
	began := time.Now()
	if err := o.Check(); err != nil {
		return r, err
	}
	if o.Kind == catalog.SimilarPair {
		o.Model = o.Quality.lookalikes(o.Model)
	}
	if _, err := e.device(); err != nil {
		return r, err
	}
	d := &deduping{env: e, opt: o}
	r = DedupResult{Threshold: o.Threshold, Kind: o.Kind, Keep: o.Keep, Score: "similarity", Quality: o.Quality, DryRun: o.DryRun, Unreadable: []UnusableInput{}}
	if o.Cosine {
		r.Score = "cosine"
	}
	d.result = &r
	defer d.close()
	if err := d.prepare(ctx); err != nil {
		return r, err
	}
	searching := time.Now()
	if err := d.find(ctx); err != nil {
		return r, err
	}
	if err := d.mark(ctx, searching); err != nil {
		return r, err
	}
	r.SearchSeconds = time.Since(searching).Seconds()
	r.Seconds = time.Since(began).Seconds()
	return r, nil
}

// Check fills in defaults and says what is wrong with the options.
func (o *DedupOptions) Check() error {
	if o.Kind == "" {
		o.Kind = catalog.CopyPair
	}
	if o.Quality == "" {
		o.Quality = Balanced
	}
	if o.Rules == nil {
		o.Rules = dedup.Rules()
	}
	if o.Keep == 0 {
		o.Keep = 1
	}
	if err := o.Quality.Check(); err != nil {
		return err
	}
	switch {
	case !(o.Threshold > 0 && o.Threshold <= 1):
		return fmt.Errorf("threshold %g: a score is over 0 and at most 1", o.Threshold)
	case o.Kind != catalog.CopyPair && o.Kind != catalog.SimilarPair:
		return fmt.Errorf("unknown kind %q: use copy or similar", o.Kind)
	case o.Within != "" && o.Within != "label" && o.Within != "subject":
		return fmt.Errorf("cannot stay within %q: use label or subject", o.Within)
	case o.HashDistance < 0 || o.HashDistance > 16:
		return fmt.Errorf("hash distance %d: use 0 to 16 bits", o.HashDistance)
	case o.Keep < 1:
		return fmt.Errorf("keep %d: at least one of a group stays", o.Keep)
	case o.Keep > 1 && o.Kind != catalog.SimilarPair:
		return fmt.Errorf("keep %d: of copies one stays; --keep is for look-alikes (--kind similar)", o.Keep)
	}
	return nil
}

// deduping is one run of Dedup.
type deduping struct {
	env    *Env
	opt    DedupOptions
	result *DedupResult

	images    []catalog.Candidate // usable ones, by number
	facts     []int               // of their metadata
	at        map[catalog.ImageID]int
	faint     map[int]*dedup.Faint // of the images that are too flat to be hashed
	reference []bool               // with Against: what lies under it
	wanted    EmbedOptions         // the embeddings of the quality
	space     catalog.Space
	learnt    *spaceModel
	scorer    dedup.Scorer
	multiply  *ortMultiplier // nil where there are no vectors
	former    former         // empty unless the run is limited

	covered covered // what the last comparison of all has found already

	pairs   []dedup.Pair // at or above the floor
	linked  *dedup.Components
	crowded []bool // images of which not all pairs are told
	floor   float64
}

func (d *deduping) close() {
	if d.multiply != nil {
		d.multiply.Close()
	}
}

// mark clusters what was found and writes it down.
func (d *deduping) mark(ctx context.Context, began time.Time) error {
	clusters, err := d.clusters(ctx)
	if err != nil {
		return err
	}
	m := catalog.Marks{Kind: d.opt.Kind, Threshold: d.opt.Threshold, Pairs: d.evidence(), Clusters: clusters}
	put := d.env.Catalog.PreviewMarks
	if !d.opt.DryRun {
		put = d.replaceMarks
	}
	n, err := put(ctx, m)
	if err != nil {
		return err
	}
	r := d.result
	r.Pairs, r.Clusters, r.Kept, r.Removed, r.Review = n.Pairs, n.Clusters, n.Kept, n.Removed, n.Review
	if n.Step != 0 {
		step := int64(n.Step)
		r.Step = &step
	}
	return nil
}

// replaceMarks writes the marks as the result of a run of its own.
func (d *deduping) replaceMarks(ctx context.Context, m catalog.Marks) (n catalog.MarkCounts, err error) {
	c := d.env.Catalog
	run, err := c.StartRun(ctx, "dedup", "", "", d.settings())
	if err != nil {
		return n, err
	}
	d.result.Run = &run.Name
	m.Run = run.ID
	n, err = c.ReplaceMarks(ctx, d.opt.Command, m)
	return n, errors.Join(err, c.FinishRun(ctx, run.ID, n, err))
}

// settings is what a run records of itself.
func (d *deduping) settings() map[string]any {
	r := d.result
	return map[string]any{
		"threshold": r.Threshold, "kind": r.Kind, "score": r.Score, "quality": r.Quality, "resolution": r.Resolution, "model": r.Model,
		"model_hash": d.space.ModelHash, "layers": d.space.Layers, "within": d.opt.Within, "against": d.opt.Against,
		"max_hash_distance": d.opt.HashDistance, "keep": d.opt.Keep, "calibration": r.Calibration, "images": r.Images,
	}
}

// evidence gives the pairs as the catalogue keeps them.
func (d *deduping) evidence() iter.Seq[catalog.Pair] {
	return func(yield func(catalog.Pair) bool) {
		for _, p := range d.pairs {
			row := catalog.Pair{
				A: d.images[p.A].Image, B: d.images[p.B].Image, Score: float64(p.Similarity), Cosine: float64(p.Cosine),
				HashDistance: p.HashDistance, Orientation: p.Orientation, By: catalog.Evidence(p.Kinds),
			}
			if d.scorer.Hashes[p.A].Flat() || d.scorer.Hashes[p.B].Flat() {
				row.HashDistance, row.Orientation = -1, 0
			}
			if !yield(row) {
				return
			}
		}
	}
}
