package stage

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/track"
)

// probe fits a classifier on embeddings.
func (t *training) probe(ctx context.Context, tracker track.Tracker) (*train.Result, error) {
	r, err := t.fitProbe(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range r.Points {
		err = errors.Join(err, tracker.Log(p))
	}
	return r, err
}

// probed is the model with the classifier of a probe, for fine-tuning to start from.
func (t *training) probed(ctx context.Context) (*vit.Model, error) {
	rows, unreadable := maps.Clone(t.data.rows), t.result.Unreadable
	r, err := t.fitProbe(ctx)
	if err != nil {
		return nil, err
	}
	t.data.rows, t.result.Unreadable = rows, unreadable // fine-tuning reads the files themselves: see verify
	if best := r.Best().Eval; best.N > 0 {
		t.env.Notice("the probe that fine-tuning starts from: %s loss %.4f, accuracy %.4f", t.result.JudgedOn, float64(best.Loss), float64(best.Accuracy))
	}
	r.Model.Config.Labels = t.data.classes
	return r.Model, nil
}

// fitProbe fits a classifier on embeddings, after computing those that are missing.
// Pictures without one are taken out of the run's data.
func (t *training) fitProbe(ctx context.Context) (*train.Result, error) {
	made, err := EnsureEmbeddings(ctx, t.env, t.embedOptions())
	if err != nil {
		return nil, err
	}
	t.result.Unreadable = append(t.result.Unreadable, made.Result.Unreadable...)
	if made.Head.ID == 0 {
		return nil, fmt.Errorf("%s gives no vector for a classifier", t.model.Name)
	}
	m, err := vit.Load(t.model.Folder)
	if err != nil {
		return nil, err
	}
	if m, err = m.Resize(t.side); err != nil {
		return nil, err
	}
	j := &train.ProbeJob{Model: m, Classes: t.data.classes, Positive: t.data.positive, Threads: t.env.Threads,
		Weights: t.settings.ClassWeights, Metric: t.settings.Metric}
	if j.Train, err = t.features(ctx, made.Head, catalog.Train); err != nil {
		return nil, err
	}
	if j.Val, err = t.features(ctx, made.Head, t.judged); err != nil {
		return nil, err
	}
	r, err := train.Probe(ctx, j)
	if err != nil {
		return nil, err
	}
	if made.Result.Device != nil {
		r.Device = *made.Result.Device
	}
	return r, nil
}

// features are the embeddings of a split. Pictures without one are left out, with
// a notice.
func (t *training) features(ctx context.Context, space catalog.Space, s catalog.Split) (train.Features, error) {
	rows, examples := t.data.rows[s], t.data.examples(s)
	ids := make([]catalog.ImageID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	matrix, present, err := t.env.Catalog.VectorsOf(ctx, space.ID, ids)
	if err != nil {
		return train.Features{}, err
	}
	f := train.Features{Dim: space.Dim}
	var left []catalog.Row
	for i, ok := range present {
		if ok {
			f.Rows = append(f.Rows, matrix[i*f.Dim:(i+1)*f.Dim]...)
			f.Label = append(f.Label, examples[i].Label)
			left = append(left, rows[i])
		}
	}
	t.data.rows[s] = left
	if missing := len(rows) - len(f.Label); missing > 0 {
		t.env.Notice("%d images of %s cannot be read any more and are left out; run `curate ingest` again", missing, s)
	}
	return f, nil
}
