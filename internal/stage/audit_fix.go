package stage

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/train/audit/equalise"
)

// FixOptions say where the equal set is made and how. What is zero is as in the set
// that is there, else as usual.
type FixOptions struct {
	Dir  string // as the user named it, "" for the folder beside the catalogue
	Side int    // pixels
	View equalise.View
	Seed uint64
}

// FixResult is the equal set and what the files of it tell.
type FixResult struct {
	Dir        string          `json:"dir"`
	Catalog    string          `json:"catalog"`   // of the set: what trains and evaluates on it
	Images     int             `json:"images"`    // in the set
	Made       int             `json:"made"`      // now; the others were there
	Dropped    int             `json:"dropped"`   // files of images that are in the set no more
	TooSmall   map[string]int  `json:"too_small"` // images left out, by label
	Unreadable []UnusableInput `json:"unreadable"`
	Policy     equalise.Policy `json:"policy"`
	After      *AuditResult    `json:"after"`
	Seconds    float64         `json:"seconds"`
}

// The parts of an equal set.
const (
	fixedPolicy   = "policy.json"
	fixedManifest = "manifest.csv"
	fixedPictures = "images"
	fixedCatalog  = "curate.db"
	fixedSeed     = 42
)

// fixing is one making of an equal set.
type fixing struct {
	env     *Env
	command string
	dir     string // stored path
	policy  equalise.Policy
	rows    map[catalog.ImageID]catalog.Row // what is to be in the set, and at last what is
	ids     []catalog.ImageID
	short   map[string][]int // shorter sides by label: what the size follows from
	result  FixResult
}

// fix makes a set of files in which no label can be told from metadata, with a
// catalogue of its own. The originals are only read. What is there of an earlier run,
// also of one that was killed, is kept.
func fix(ctx context.Context, e *Env, command string, o FixOptions) (*FixResult, error) {
	began := time.Now()
	f := &fixing{env: e, command: command, rows: map[catalog.ImageID]catalog.Row{}}
	f.result.TooSmall, f.result.Unreadable = map[string]int{}, []UnusableInput{}
	if err := f.takeFolder(ctx, o.Dir); err != nil {
		return nil, err
	}
	if err := f.load(ctx); err != nil {
		return nil, err
	}
	if err := f.choosePolicy(o); err != nil {
		return nil, err
	}
	if err := f.begin(); err != nil {
		return nil, err
	}
	if err := f.make(ctx); err != nil {
		return nil, err
	}
	if err := errors.Join(f.drop(), f.writeManifest()); err != nil {
		return nil, err
	}
	if err := f.audit(ctx); err != nil {
		return nil, fmt.Errorf("audit the equal set in %s: %w", f.dir, err)
	}
	f.result.Seconds = time.Since(began).Seconds()
	return &f.result, nil
}

// ErrFixFolder is the fault of a folder that no equal set can be made in.
var ErrFixFolder = errors.New("no equal set can be made there")

// takeFolder finds the folder of the set: one of its own, not among the user's
// pictures. The one beside the catalogue may be: ingest passes it over.
func (f *fixing) takeFolder(ctx context.Context, dir string) (err error) {
	usual := strings.TrimSuffix(f.env.Catalog.Path(), filepath.Ext(f.env.Catalog.Path())) + ".audit"
	if f.dir, err = catalog.Canonical(cmp.Or(dir, usual)); err != nil {
		return err
	}
	if dir != "" && filepath.Clean(f.dir) != filepath.Clean(usual) {
		roots, err := f.env.Catalog.Roots(ctx)
		if err != nil {
			return err
		}
		for _, root := range roots {
			if within(f.dir, root) {
				return fmt.Errorf("%w: %s lies inside %s, which is ingested: name a folder outside of it", ErrFixFolder, dir, root)
			}
		}
	}
	if f.env.Catalog.Owns(f.dir) {
		return fmt.Errorf("%w: %s belongs to the catalogue", ErrFixFolder, f.dir)
	}
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrFixFolder, f.dir, err)
	}
	if _, err := os.Stat(filepath.Join(f.dir, fixedPolicy)); err != nil {
		return fmt.Errorf("%w: %s holds something else: name a new or an empty folder with --out", ErrFixFolder, f.dir)
	}
	return nil
}

// load reads what is to be in the set: kept images with a label.
func (f *fixing) load(ctx context.Context) error {
	f.short = map[string][]int{}
	for row, err := range f.env.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Kept}}) {
		if err != nil {
			return err
		}
		if row.Label == "" {
			continue
		}
		f.rows[row.ID] = row
		f.ids = append(f.ids, row.ID)
		f.short[row.Label] = append(f.short[row.Label], min(row.Width, row.Height))
	}
	// Not in the order of ingest: times of files would tell one folder from another.
	slices.SortFunc(f.ids, func(a, b catalog.ImageID) int {
		x, y := f.rows[a].Hash, f.rows[b].Hash
		return bytes.Compare(x[:], y[:])
	})
	return nil
}

// choosePolicy takes that of the set that is there, or makes one. A set has one
// policy: models were trained on it.
func (f *fixing) choosePolicy(o FixOptions) error {
	text, err := os.ReadFile(filepath.Join(f.dir, fixedPolicy))
	if err == nil {
		if err := json.Unmarshal(text, &f.policy); err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(f.dir, fixedPolicy), err)
		}
		same := (o.Side == 0 || o.Side == f.policy.Side) && (o.View == "" || o.View == f.policy.View) && (o.Seed == 0 || o.Seed == f.policy.Seed)
		if !same {
			return fmt.Errorf("%w: %s holds a set of %d pixels, view %s, seed %d: name another folder with --out, or remove this one",
				ErrFixFolder, f.dir, f.policy.Side, f.policy.View, f.policy.Seed)
		}
		return f.policy.Check()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if o.Side == 0 {
		if o.Side, err = equalise.Fit(f.short); err != nil {
			return err
		}
	}
	f.policy = equalise.Standard(o.Side, cmp.Or(o.View, equalise.Detail), cmp.Or(o.Seed, fixedSeed))
	return f.policy.Check()
}

// begin makes the folder; ingest passes it over from the first moment on.
func (f *fixing) begin() error {
	f.result.Dir, f.result.Catalog, f.result.Policy = f.dir, filepath.Join(f.dir, fixedCatalog), f.policy
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return err
	}
	text, err := json.Marshal(f.policy)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(f.dir, fixedPolicy), text, 0o644); err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(f.dir, ingest.Marker), nil, 0o644)
}

// make makes the files that are missing.
func (f *fixing) make(ctx context.Context) error {
	queue, err := f.queue(ctx)
	if err != nil {
		return err
	}
	task := f.env.Progress.Start("equalise", int64(len(queue)), "images")
	defer task.Done()
	reader := newPictureReader()
	defer reader.Close()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	made := func(ctx context.Context, w catalog.Work) (struct{}, error) {
		defer task.Add(1)
		err := f.makeOne(ctx, reader, w)
		var cannot *cannotWrite
		if errors.As(err, &cannot) {
			stop(fmt.Errorf("%w (what is made so far stays, and the same command goes on with it)", cannot.err))
		}
		return struct{}{}, err
	}
	var lost []catalog.ImageID
	err = measureAll(ctx, f.env, queued(queue), made, func(_ context.Context, done []measured[struct{}]) error {
		for _, m := range done {
			if m.err == nil {
				f.result.Made++
				continue
			}
			f.result.Unreadable, lost = append(f.result.Unreadable, UnusableInput{m.work.Path, m.err.Error()}), append(lost, m.work.Image)
		}
		return nil
	})
	for _, id := range lost {
		delete(f.rows, id)
	}
	f.result.Images = len(f.rows)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// queued is works as a queue.
func queued(works []catalog.Work) iter.Seq2[catalog.Work, error] {
	return func(yield func(catalog.Work, error) bool) {
		for _, w := range works {
			if !yield(w, nil) {
				return
			}
		}
	}
}

// queue lists the images whose files are missing, and leaves out of the set what is
// too small for it.
func (f *fixing) queue(ctx context.Context) (queue []catalog.Work, err error) {
	works, err := f.env.Catalog.Works(ctx, f.ids...)
	if err != nil {
		return nil, err
	}
	for _, id := range f.ids {
		row := f.rows[id]
		if !f.policy.Takes(row.Width, row.Height) {
			f.result.TooSmall[row.Label]++
			delete(f.rows, id)
			continue
		}
		if _, err := os.Stat(f.path(row)); err != nil {
			w := works[id]
			w.Image, w.Hash = id, row.Hash
			queue = append(queue, w)
		}
	}
	return queue, nil
}

// path is where the file of an image is. Its name says nothing of where it came from.
func (f *fixing) path(row catalog.Row) string {
	return filepath.Join(f.dir, fixedPictures, cmp.Or(string(row.Split), "unsplit"), labelFolder(row.Label), row.Hash.String()[:fixedName]+".jpg")
}

// fixedName is how many digits of an image's content its file is called by.
const fixedName = 24

// labelFolder is a label as the name of a folder.
func labelFolder(label string) string {
	name := url.PathEscape(label)
	if strings.HasPrefix(name, ".") {
		name = "%2E" + name[1:]
	}
	return name
}

// cannotWrite is the error of a file that cannot be written: it ends the run, as
// every other would fail too.
type cannotWrite struct{ err error }

func (e *cannotWrite) Error() string { return e.err.Error() }

func (f *fixing) makeOne(ctx context.Context, reader *pictureReader, w catalog.Work) error {
	p, done, err := reader.decode(ctx, w, 0)
	if err != nil {
		return err
	}
	defer done()
	data, err := f.policy.Make(p.Picture, w.Hash)
	if err != nil {
		return err
	}
	path := f.path(f.rows[w.Image])
	err = os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = atomicfile.WriteFile(path, data, 0o644)
	}
	if err != nil {
		return &cannotWrite{err}
	}
	return nil
}
