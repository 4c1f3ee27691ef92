package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/train"
)

// labelled are the pictures that a classifier learns from and is judged on: kept,
// with a label, in a split.
type labelled struct {
	classes  []string // sorted
	positive int
	rows     map[catalog.Split][]catalog.Row
}

// refuseUnlabelled is an error that counts the kept pictures without a label.
func refuseUnlabelled(ctx context.Context, e *Env) error {
	n, err := e.Catalog.CountImages(ctx, catalog.Filter{Status: []catalog.Status{catalog.Kept}, Label: []string{""}})
	if err == nil && n > 0 {
		err = fmt.Errorf("%d kept images have no label: give them one (`curate label LABEL PATH...`, or `curate ingest PATH --label LABEL`) or take them out (`curate remove PATH...`)", n)
	}
	return err
}

// loadLabelled reads the split. Before there is one, the classes are those of all
// kept pictures.
func loadLabelled(ctx context.Context, e *Env, positive string) (*labelled, error) {
	d := &labelled{rows: map[catalog.Split][]catalog.Row{}}
	classes, all, outside := map[string]bool{}, map[string]bool{}, 0
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Kept}}) {
		if err != nil {
			return nil, err
		}
		all[row.Label] = true
		if row.Split == "" {
			outside++
			continue
		}
		classes[row.Label] = true
		d.rows[row.Split] = append(d.rows[row.Split], row)
	}
	if len(d.rows) == 0 {
		classes, outside = all, 0
	}
	if outside > 0 {
		e.Notice("%d kept images are in no split and are left out; `curate split` takes them in", outside)
	}
	for c := range classes {
		d.classes = append(d.classes, c)
	}
	slices.Sort(d.classes)
	return d, d.choosePositive(positive)
}

// choosePositive finds the class that precision and recall speak of: the one that
// was named, "ai", or with two classes the second one.
func (d *labelled) choosePositive(name string) error {
	if len(d.classes) < 2 {
		return fmt.Errorf("a classifier needs pictures of two labels at least; there are %d (%s)", len(d.classes), strings.Join(d.classes, ", "))
	}
	d.positive = slices.Index(d.classes, cmp.Or(name, defaultPositive))
	if d.positive < 0 && name != "" {
		return fmt.Errorf("no picture has the label %q; --positive takes one of %s", name, strings.Join(d.classes, ", "))
	}
	if d.positive < 0 {
		d.positive = len(d.classes) - 1
	}
	return nil
}

// defaultPositive is the class that is looked for unless another one is named.
const defaultPositive = "ai"

// examples returns the pictures of a split for the trainer, by content hash.
func (d *labelled) examples(s catalog.Split) []train.Example {
	out := make([]train.Example, len(d.rows[s]))
	for i, row := range d.rows[s] {
		out[i] = train.Example{ID: row.Hash.String(), Label: slices.Index(d.classes, row.Label)}
	}
	return out
}

// counts returns the pictures of each class in each split.
func (d *labelled) counts() []train.ClassCount {
	out := make([]train.ClassCount, len(d.classes))
	for i, c := range d.classes {
		n := func(s catalog.Split) (n int) {
			for _, row := range d.rows[s] {
				if row.Label == c {
					n++
				}
			}
			return n
		}
		out[i] = train.ClassCount{Class: c, Train: n(catalog.Train), Val: n(catalog.Val), Test: n(catalog.Test)}
	}
	return out
}

// tensors opens pictures of the catalogue as tensors. It must be closed.
type tensors struct {
	reader *pictureReader
	config preprocess.Config
	work   map[string]catalog.Work // by content hash
	view   catalog.View            // how errors name files
}

func newTensors(ctx context.Context, e *Env, c preprocess.Config, rows ...[]catalog.Row) (*tensors, error) {
	t := &tensors{reader: newPictureReader(), config: c, work: map[string]catalog.Work{}}
	var ids []catalog.ImageID
	hashes := map[catalog.ImageID]string{}
	for _, row := range slices.Concat(rows...) {
		ids = append(ids, row.ID)
		hashes[row.ID] = row.Hash.String()
	}
	view, viewErr := catalog.NewView("")
	works, err := e.Catalog.Works(ctx, ids...)
	if err = errors.Join(viewErr, err); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	t.view = view
	for id, w := range works {
		t.work[hashes[id]] = w
	}
	return t, nil
}

func (t *tensors) Close() error { return t.reader.Close() }

// open writes the picture with that content hash to dst.
func (t *tensors) open(ctx context.Context, hash string, dst []float32) error {
	return t.see(ctx, hash, func(p *raster.Picture) error { return t.config.Tensor(p, dst) })
}
