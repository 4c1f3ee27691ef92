package stage

import (
	"context"
	"fmt"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/thumb"
)

// IngestOptions say what Ingest takes in and what is known of it. Of several voices
// on one picture a field of Facts outweighs the manifest, the manifest a sidecar in
// an archive, and all of them the folders that Layout reads.
type IngestOptions struct {
	Command  string // for the journal: "curate ingest heap"
	Roots    []ingest.Root
	Facts    ingest.Facts // label, subject and source given for everything
	Layout   ingest.Layout
	Manifest *ingest.Manifest // nil = none
	Exclude  *ingest.Excluder // nil = nothing
	Limits   imageio.Limits
}

// IngestResult counts locations: Found is the sum of Added, Changed, Moved,
// Unchanged and Invalid. Invalid are the pictures that cannot be used, new or not;
// Other are the files that are no pictures.
type IngestResult struct {
	Found     int     `json:"found"`
	Added     int     `json:"added"`
	Changed   int     `json:"changed"`
	Moved     int     `json:"moved"`
	Gone      int     `json:"gone"`
	Unchanged int     `json:"unchanged"`
	Invalid   int     `json:"invalid"`
	Other     int     `json:"other"`
	Seconds   float64 `json:"seconds"`

	Misnamed   int              `json:"misnamed"`    // of Other: files named like pictures
	MisnamedAs []string         `json:"misnamed_as"` // the first of them
	NewImages  int              `json:"new_images"`  // contents never seen before
	Relabelled int              `json:"relabelled"`  // unchanged files of which something new is said
	Archives   int              `json:"archives"`
	PassedOver int              `json:"passed_over"` // links to what is read under its own name, folders made by curate
	Unreadable int              `json:"unreadable"`  // folders
	Table      []LabelSubject   `json:"table"`       // by label, then subject
	Unusable   []UnusableInput  `json:"unusable"`    // the first of the invalid files and unreadable folders
	Manifest   *ManifestSummary `json:"manifest"`
}

// LabelSubject counts the usable locations that were found with this label and
// subject; empty = not said.
type LabelSubject struct {
	Label   string `json:"label"`
	Subject string `json:"subject"`
	Count   int    `json:"count"`
}

// UnusableInput is one input that could not be used.
type UnusableInput struct {
	Path   string `json:"path"` // as stored
	Reason string `json:"reason"`
}

// ManifestSummary tells what became of a manifest's rows.
type ManifestSummary struct {
	Rows     int                `json:"rows"`
	Repeated int                `json:"repeated"`
	Unused   int                `json:"unused"`
	First    []ingest.UnusedRow `json:"first_unused"`
}

const (
	maxUnusable = 1000 // listed; all are counted
	// namedMisnamed is how many files that only look like pictures by their names are listed.
	namedMisnamed = 5
	maxUnused     = 20
)

// Ingest brings the catalogue up to date with the files under the roots: it reads
// what is new or changed, finds out what moved and what is gone, and leaves alone
// what is as it was. The files are only read. The first pass looks at names and
// stats; only if it finds something to do, a second reads contents, in batches of
// one transaction each, so that a killed ingest is continued by the next.
//
// When ctx ends, what is read so far is recorded and ctx's error returned.
func Ingest(ctx context.Context, e *Env, o IngestOptions) (IngestResult, error) {
	began := time.Now()
	s := newIngest(e, o)
	err := s.run(ctx)
	if saveErr := s.seen.Save(); saveErr != nil {
		e.Notice("the next ingest will look again at files that are no pictures: %v", saveErr)
	}
	if err != nil {
		return s.result, err
	}
	s.finish()
	s.result.Seconds = time.Since(began).Seconds()
	return s.result, s.journal(ctx)
}

// ingesting is the state of one Ingest.
type ingesting struct {
	env    *Env
	opt    IngestOptions
	seen   *ingest.Memory
	result IngestResult
	table  map[[2]string]int
	plan   plan
	batch  ingestBatch
	small  *thumb.Store  // nil: there is none
	tell   func(n int64) // progress
}

func newIngest(e *Env, o IngestOptions) *ingesting {
	s := &ingesting{env: e, opt: o, table: map[[2]string]int{}, tell: func(int64) {}}
	if s.opt.Limits == (imageio.Limits{}) {
		s.opt.Limits = imageio.DefaultLimits
	}
	s.plan.moved = map[catalog.LocationID]bool{}
	s.seen = ingest.LoadMemory(e.Cache)
	s.result.Unusable, s.result.MisnamedAs = []UnusableInput{}, []string{}
	return s
}

func (s *ingesting) run(ctx context.Context) error {
	if err := s.makePlan(ctx); err != nil {
		return err
	}
	if s.plan.todo > 0 {
		task := s.env.Progress.Start("ingest", int64(s.plan.todo), "files")
		s.tell = task.Add
		s.small = openThumbStore(s.env, func(err error) {
			s.env.Notice("pictures will be decoded again where they need not be: %v", err)
		})
		err := s.readNew(ctx)
		s.closeSmall()
		task.Done()
		if err != nil {
			return err
		}
	}
	return s.markGone(ctx)
}

// markGone records what is gone and was not found elsewhere.
func (s *ingesting) markGone(ctx context.Context) error {
	ids := s.plan.gone.ids()
	for len(ids) > 0 {
		n := min(len(ids), recordEvery)
		gone, err := s.env.Catalog.MarkGone(ctx, ids[:n])
		if err != nil {
			return err
		}
		s.result.Gone += gone
		ids = ids[n:]
	}
	return nil
}

// unusable counts an input that cannot be used.
func (s *ingesting) unusable(path, reason string) {
	if len(s.result.Unusable) < maxUnusable {
		s.result.Unusable = append(s.result.Unusable, UnusableInput{path, reason})
	}
}

// other counts a file that is no picture.
func (s *ingesting) other(path string) {
	s.result.Other++
	if imageio.NamedLikePicture(path) {
		s.result.Misnamed++
		if len(s.result.MisnamedAs) < namedMisnamed {
			s.result.MisnamedAs = append(s.result.MisnamedAs, path)
		}
	}
}

func (s *ingesting) invalid(path, reason string) {
	s.result.Invalid++
	s.unusable(path, reason)
}

func (s *ingesting) usable(o catalog.Origin) { s.table[[2]string{o.Label, o.Subject}]++ }

func (s *ingesting) finish() {
	r := &s.result
	r.Found = r.Added + r.Changed + r.Moved + r.Unchanged + r.Invalid
	r.Table = sortedTable(s.table)
	if m := s.opt.Manifest; m != nil {
		r.Manifest = &ManifestSummary{Rows: m.Rows(), Repeated: m.Repeated}
		r.Manifest.Unused, r.Manifest.First = m.Unused(maxUnused)
	}
}

// journal notes an ingest that changed something.
func (s *ingesting) journal(ctx context.Context) error {
	r := s.result
	if r.Added+r.Changed+r.Moved+r.Gone+r.Relabelled+s.batch.newInvalid == 0 {
		return nil
	}
	summary := fmt.Sprintf("%d added, %d changed, %d moved, %d gone, %d invalid", r.Added, r.Changed, r.Moved, r.Gone, r.Invalid)
	_, err := s.env.Catalog.Note(ctx, s.opt.Command, "ingest", summary)
	return err
}
