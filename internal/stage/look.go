package stage

import (
	"context"
	"errors"
	"slices"

	"github.com/curate/curate/catalog"
)

// looked is a heap as its embeddings show it: what outliers and mislabels start from.
type looked struct {
	images   []catalog.Row // usable ones that nobody has removed by hand, by number; each has its row
	rows     []float32     // embeddings, one after the other
	dim      int
	group    []int // copies of one picture, and pictures of one prompt, share one; numbered by their first image
	groups   int
	embedded EmbedResult
	notice   string // what the groups lack, "" if nothing
}

// look embeds what is not embedded yet, with what tells copies apart, and loads all. What a person has removed neither is judged nor speaks
// for others: frames that were thrown out would make the next one look usual.
func look(ctx context.Context, e *Env, model string) (*looked, error) {
	// Nothing is ever to download.
	o, err := e.Embedding(Balanced, model)
	if err != nil {
		return nil, err
	}
	emb, err := EnsureEmbeddings(ctx, e, o)
	if err != nil {
		return nil, err
	}
	l := &looked{embedded: emb.Result, dim: emb.Copies.Dim}
	var ids []catalog.ImageID
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Kept, catalog.Removed, catalog.Review}}) {
		if err != nil {
			return nil, err
		}
		if row.Status != catalog.Removed || row.Reason.Cause != catalog.CauseVerdict {
			l.images, ids = append(l.images, row), append(ids, row.ID)
		}
	}
	var present []bool
	if l.rows, present, err = e.Catalog.VectorsOf(ctx, emb.Copies.ID, ids); err != nil {
		return nil, err
	}
	l.drop(present)
	return l, l.tie(ctx, e)
}

// drop leaves out the images that could not be embedded.
func (l *looked) drop(present []bool) {
	kept, rows := l.images[:0], l.rows[:0]
	for i, im := range l.images {
		if present[i] {
			kept, rows = append(kept, im), append(rows, l.rows[i*l.dim:(i+1)*l.dim]...)
		}
	}
	l.images, l.rows = kept, rows
}

// tie numbers the groups.
func (l *looked) tie(ctx context.Context, e *Env) error {
	t, missing, err := imageGroups(ctx, e, []string{byCluster, byPrompt})
	if err != nil {
		return err
	}
	l.notice = missing
	number := map[catalog.ImageID]int{}
	for _, im := range l.images {
		root, _ := t.find(im.ID)
		if _, known := number[root]; !known {
			number[root] = len(number)
		}
		l.group = append(l.group, number[root])
	}
	l.groups = len(number)
	return nil
}

// choose returns the places of some images: those that keep says.
func (l *looked) choose(keep func(catalog.Row) bool) []int {
	var out []int
	for i, im := range l.images {
		if keep(im) {
			out = append(out, i)
		}
	}
	return out
}

// errTooFew is the fault of a heap that is too small to say what is usual in it.
var errTooFew = errors.New("too few pictures")

// listed tells whether an image is to be shown: a copy that is removed already is not.
func listed(s catalog.Status) bool {
	return slices.Contains([]catalog.Status{catalog.Kept, catalog.Review}, s)
}
