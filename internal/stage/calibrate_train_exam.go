package stage

import (
	"context"
	"errors"

	"github.com/curate/curate/embed"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/train/descriptor"
)

// examine gives an encoder its marks, as dedup uses it: rounded, and whitened where a
// whitening is known. The descriptors of the versions are returned too.
func examine(ctx context.Context, e *Env, x *descriptor.Exam, o EmbedOptions) (flat []float32, m Marks, err error) {
	p, err := planEmbeddings(ctx, e, o)
	if err != nil {
		return nil, m, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.open(); err != nil {
		return nil, m, err
	}
	known, err := storedModel(p.out.Copies)
	if err != nil {
		return nil, m, err
	}
	task := e.Progress.Start("examine", int64(x.Len()), "pictures")
	defer task.Done()
	rows := make([][]float32, x.Len())
	_, err = p.encoder.Encode(ctx, examItems(x), func(r embed.Result) error {
		task.Add(1)
		if r.Err != nil {
			return r.Err
		}
		row := r.Copy
		if known != nil {
			if row, err = known.whitening.Apply(row); err != nil {
				return err
			}
		}
		rows[r.ID.(int)] = append([]float32(nil), row...)
		return nil
	})
	if err != nil {
		return nil, m, err
	}
	flat = make([]float32, 0, x.Len()*len(rows[0]))
	for _, row := range rows {
		flat = append(flat, row...)
	}
	m.Known, m.Unseen = x.Mark(flat, len(rows[0]))
	return flat, m, nil
}

// examItems yields the versions by their numbers.
func examItems(x *descriptor.Exam) func(yield func(embed.Item) bool) {
	return func(yield func(embed.Item) bool) {
		for i := range x.Len() {
			if !yield(embed.Item{ID: i, Picture: func() (*raster.Picture, error) { return x.Picture(i), nil }}) {
				return
			}
		}
	}
}
