package stage

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/atomicfile"
)

// ofFixed is how files of an equal set are called, and what a killed run leaves of one.
var ofFixed = regexp.MustCompile(`^([0-9a-f]{24}\.jpg|\.[0-9a-f]{24}\.jpg\.curate-tmp-.*)$`)

// drop removes the files of images that are in the set no more, or in another part of it.
func (f *fixing) drop() error {
	wanted := map[string]bool{}
	for _, row := range f.rows {
		wanted[f.path(row)] = true
	}
	return filepath.WalkDir(filepath.Join(f.dir, fixedPictures), func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || d.IsDir() || wanted[path] || !ofFixed.MatchString(d.Name()):
			return err
		}
		if strings.HasSuffix(path, ".jpg") {
			f.result.Dropped++
		}
		return os.Remove(path)
	})
}

// writeManifest says of each file what is known of its picture.
func (f *fixing) writeManifest() error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"path", "label", "subject", "source", "generator", "prompt", "original"})
	for _, id := range f.ids {
		row, in := f.rows[id]
		if !in {
			continue
		}
		path, err := filepath.Rel(f.dir, f.path(row))
		if err != nil {
			return err
		}
		w.Write([]string{path, row.Label, row.Subject, row.Source, row.Generator, row.Prompt, row.Hash.String()})
	}
	w.Flush()
	return errors.Join(w.Error(), atomicfile.WriteFile(filepath.Join(f.dir, fixedManifest), b.Bytes(), 0o644))
}

// audit brings the set's own catalogue up to date and asks what its files tell.
func (f *fixing) audit(ctx context.Context) (err error) {
	c, err := catalog.Create(ctx, f.result.Catalog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	unlock, err := c.LockForWriting(ctx, "curate audit --fix", 0)
	if err != nil {
		return err
	}
	defer unlock()
	e := *f.env
	e.Catalog, e.Cache, e.Notice = c, c.CacheDir(), func(string, ...any) {} // all was said of the originals
	if err := f.ingest(ctx, &e); err != nil {
		return err
	}
	images, err := f.inside(ctx, c)
	if err != nil {
		return err
	}
	if err := errors.Join(f.carrySplit(ctx, &e, images), f.carryGroups(ctx, &e, images)); err != nil {
		return err
	}
	set, err := loadAudited(ctx, &e, catalog.Filter{})
	if err != nil {
		return err
	}
	after, err := set.audit(ctx, &e)
	f.result.After = &after
	return err
}

func (f *fixing) ingest(ctx context.Context, e *Env) (err error) {
	o := IngestOptions{Command: f.command, Layout: ingest.DefaultLayout()}
	if o.Roots, err = ingest.Roots([]string{filepath.Join(f.dir, fixedPictures)}, catalog.Canonical); err != nil {
		return err
	}
	if o.Manifest, err = ingest.OpenManifest(filepath.Join(f.dir, fixedManifest), catalog.Canonical); err != nil {
		return err
	}
	_, err = Ingest(ctx, e, o)
	return errors.Join(err, o.Manifest.Close())
}

// inside finds the images of the set's catalogue by those that they were made of.
func (f *fixing) inside(ctx context.Context, c *catalog.Catalog) (map[catalog.ImageID]catalog.ImageID, error) {
	byPath := map[string]catalog.ImageID{}
	for row, err := range c.Images(ctx, catalog.Filter{}) {
		if err != nil {
			return nil, err
		}
		for _, path := range row.Locations {
			byPath[path] = row.ID
		}
	}
	out := map[catalog.ImageID]catalog.ImageID{}
	for id, row := range f.rows {
		inner, known := byPath[f.path(row)]
		if !known {
			return nil, fmt.Errorf("%s is not in the set's catalogue", f.path(row))
		}
		out[id] = inner
	}
	return out, nil
}

// carrySplit gives each image of the set the part that its original has.
func (f *fixing) carrySplit(ctx context.Context, e *Env, images map[catalog.ImageID]catalog.ImageID) error {
	by, err := splitGroups(ctx, f.env)
	if err != nil {
		return err
	}
	was, err := e.Catalog.Splits(ctx)
	if err != nil {
		return err
	}
	r, changed := SplitResult{PerLabel: map[string]LabelSplits{}}, false
	var as []catalog.Assignment
	for _, id := range slices.Sorted(maps.Keys(images)) {
		if part := f.rows[id].Split; part != "" {
			as = append(as, catalog.Assignment{Image: images[id], Split: part})
			changed = changed || was[images[id]] != part
		}
	}
	if !changed {
		return nil
	}
	return assign(ctx, e, SplitOptions{Command: f.command, GroupBy: by}, as, r)
}

// carryGroups keeps together in the set what belongs together among the originals:
// as pairs, of the least score that does so.
func (f *fixing) carryGroups(ctx context.Context, e *Env, images map[catalog.ImageID]catalog.ImageID) error {
	past, err := copyRuns(ctx, f.env)
	if err != nil || len(past) == 0 {
		return err
	}
	by, err := splitGroups(ctx, f.env)
	if err != nil {
		return err
	}
	ties, _, err := imageGroups(ctx, f.env, by)
	if err != nil {
		return err
	}
	var pairs []catalog.Pair
	first := map[catalog.ImageID]catalog.ImageID{}
	for _, id := range slices.Sorted(maps.Keys(images)) {
		root, tied := ties.find(id)
		switch one, known := first[root]; {
		case !tied:
		case !known:
			first[root] = images[id]
		case one != images[id]:
			pairs = append(pairs, catalog.Pair{A: min(one, images[id]), B: max(one, images[id]), Score: twinScore, Cosine: math.NaN(),
				HashDistance: -1, By: catalog.ByViT})
		}
	}
	if known, err := f.carried(ctx, e, pairs); known || err != nil {
		return err
	}
	run, err := e.Catalog.StartRun(ctx, "dedup", "", "", dedupSettings{Threshold: past[0].Threshold, Kind: catalog.CopyPair})
	if err != nil {
		return err
	}
	n, err := e.Catalog.ReplaceMarks(ctx, f.command, catalog.Marks{Kind: catalog.CopyPair, Run: run.ID, Threshold: past[0].Threshold, Pairs: slices.Values(pairs)})
	return errors.Join(err, e.Catalog.FinishRun(ctx, run.ID, n, err))
}

// carried tells whether the set's catalogue has these pairs already.
func (f *fixing) carried(ctx context.Context, e *Env, pairs []catalog.Pair) (bool, error) {
	past, err := copyRuns(ctx, e)
	if err != nil || len(past) == 0 {
		return false, err
	}
	key := func(a, b catalog.ImageID) string {
		return strconv.FormatInt(int64(a), 10) + " " + strconv.FormatInt(int64(b), 10)
	}
	missing := map[string]bool{}
	for _, p := range pairs {
		missing[key(p.A, p.B)] = true
	}
	for p, err := range e.Catalog.Pairs(ctx, catalog.PairFilter{Kind: catalog.CopyPair}) {
		if err != nil {
			return false, err
		}
		delete(missing, key(p.A, p.B))
	}
	return len(missing) == 0, nil
}
