package stage

import (
	"context"
	"fmt"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/neighbours"
)

// Voice is a picture near to another, and what it is called.
type Voice struct {
	ID     catalog.ImageID `json:"id"`
	Hash   catalog.Hash    `json:"sha256"`
	Cosine float64         `json:"cosine"`
	Given  string          `json:"given"` // its own subject, or label
}

// nearOf names the pictures nearest to each of a list, its copies and those of its prompt apart, of each other group one.
func (l *looked) nearOf(ctx context.Context, e *Env, list []Mislabel, o MislabelOptions) error {
	place := make(map[catalog.ImageID]int, len(l.images))
	for i, im := range l.images {
		place[im.ID] = i
	}
	at := make([]int, len(list))
	for k, x := range list {
		at[k] = place[x.ID]
	}
	m, done := e.anyMultiplier(ctx, l.dim)
	defer done()
	h := neighbours.Heap{Rows: slices.Clone(l.rows), Dim: l.dim, Group: l.group}
	h.Scale()
	lists, err := h.NearestTo(ctx, at, o.Near, m)
	for k, near := range lists {
		for _, n := range near {
			im := l.images[n.Index]
			list[k].Near = append(list[k].Near, Voice{ID: im.ID, Hash: im.Hash, Cosine: float64(n.Cosine), Given: fieldOf(im, o.Field)})
		}
	}
	return err
}

// anyMultiplier multiplies on the device, or without the runtime library on the processor.
func (e *Env) anyMultiplier(ctx context.Context, dim int) (m dedup.Multiplier, done func()) {
	fast, err := e.newMultiplier(ctx, dim)
	if err != nil {
		return dedup.Plain{}, func() {}
	}
	return fast, func() { fast.Close() }
}

// fieldOf is the subject of an image, or its label.
func fieldOf(im catalog.Row, field string) string {
	if field == "label" {
		return im.Label
	}
	return im.Subject
}

// UnembeddedError says that pictures cannot be compared yet.
type UnembeddedError struct{ Images int }

func (e *UnembeddedError) Error() string {
	return fmt.Sprintf("%d images have no embedding yet: run `curate embed`", e.Images)
}

// LookReady makes sure that Outliers and Mislabels find every embedding that they compare, and have nothing to compute for it: an
// *UnembeddedError otherwise. It opens no model.
func LookReady(ctx context.Context, e *Env) error {
	o, err := Balanced.Embedding(sceneEncoder)
	if err != nil {
		return err
	}
	p, err := planEmbeddings(ctx, e, o)
	if err != nil {
		return err
	}
	defer p.close()
	n, err := e.Catalog.QueueLen(ctx, catalog.Need{Space: p.out.Copies.ID})
	if err == nil && n > 0 {
		err = &UnembeddedError{n}
	}
	return err
}
