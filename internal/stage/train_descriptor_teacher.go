package stage

import (
	"context"
	"errors"

	"github.com/curate/curate/dedup/calibrate"
	"github.com/curate/curate/embed"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/raster"
)

// teach gives every picture its descriptor by the whole model: that of its usual
// layers, whitened by the pictures' own spread.
func (t *descriptorRun) teach(ctx context.Context, m modelstore.Model) (err error) {
	enc, err := embed.Open(embed.Options{
		Folder: m.Folder, Hash: m.Hash, Runtime: t.job.Runtime, Device: t.job.Device, Threads: t.job.Threads,
		Resolution: t.result.Resolution, NoHead: true,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, enc.Close()) }()
	rows := make([][]float32, len(t.job.Pictures))
	samples := new(calibrate.Samples)
	task := t.env.Progress.Start("ask the whole model", int64(len(rows)), "images")
	defer task.Done()
	_, err = enc.Encode(ctx, t.teacherItems, func(r embed.Result) error {
		task.Add(1)
		if r.Err != nil {
			return r.Err
		}
		rows[r.ID.(int)] = r.Copy
		samples.Add(r.ID.(int), r.Copy)
		return nil
	})
	if err != nil {
		return err
	}
	w, err := calibrate.PCA(samples, min(t.job.Dim, samples.Dim))
	if err != nil {
		return err
	}
	for i, row := range rows {
		if t.job.Pictures[i].Teacher, err = w.Apply(row); err != nil {
			return err
		}
	}
	return nil
}

// teacherItems yields the pictures by their numbers.
func (t *descriptorRun) teacherItems(yield func(embed.Item) bool) {
	for i, p := range t.job.Pictures {
		if !yield(embed.Item{ID: i, Picture: func() (*raster.Picture, error) { return p.Pixels, nil }}) {
			return
		}
	}
}
