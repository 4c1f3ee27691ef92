package stage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/track"
)

// chooseMode takes the mode that was asked for, or measures a step and takes the
// strongest mode that fits the budget.
func (t *training) chooseMode(ctx context.Context) error {
	t.result.Estimates = map[string]float64{}
	if t.options.Mode != "" {
		t.result.Mode = t.options.Mode
		return nil
	}
	if t.options.Recipe == RecipeSeed {
		t.result.Mode = ModeFull
		return nil
	}
	full, probe, err := t.estimate(ctx)
	if err != nil {
		return err
	}
	t.result.Estimates[ModeFull], t.result.Estimates[ModeProbe] = full.Seconds(), probe.Seconds()
	t.result.Mode = ModeProbe
	if full <= t.options.Budget {
		t.result.Mode = ModeFull
	}
	t.env.Notice("estimated: probe %s, full %s; budget %s: mode %s (--mode chooses another)",
		rounded(probe), rounded(full), rounded(t.options.Budget), t.result.Mode)
	return nil
}

func rounded(d time.Duration) time.Duration {
	if d < time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(time.Minute)
}

// estimate returns how long each mode would take. A probe needs the embeddings
// that are missing, each of them about a third of a training step's work.
func (t *training) estimate(ctx context.Context) (full, probe time.Duration, err error) {
	j, err := t.job()
	if err != nil {
		return 0, 0, err
	}
	if full, err = train.Measure(ctx, j); err != nil {
		return 0, 0, err
	}
	p, err := planEmbeddings(ctx, t.env, t.embedOptions())
	if err != nil {
		return 0, 0, err
	}
	missing, err := t.env.Catalog.QueueLen(ctx, catalog.Need{Space: p.out.Head.ID})
	if err != nil {
		return 0, 0, err
	}
	perPicture := full / time.Duration(j.Epochs*(3*len(j.Train)+len(j.Val))) // forward passes
	return full, perPicture*time.Duration(missing) + probeTime(len(j.Train)), p.close()
}

// probeTime is about what the fit itself takes: a few seconds for some thousand
// pictures.
func probeTime(pictures int) time.Duration {
	return time.Second + time.Duration(pictures)*time.Millisecond
}

func (t *training) embedOptions() EmbedOptions {
	return EmbedOptions{Model: t.options.Model, Resolution: t.side}
}

// full trains all weights.
func (t *training) full(ctx context.Context, tracker track.Tracker) (*train.Result, error) {
	j, err := t.job()
	if err != nil {
		return nil, err
	}
	files, err := newTensors(ctx, t.env, t.config, t.data.rows[catalog.Train], t.data.rows[t.judged])
	if err != nil {
		return nil, err
	}
	defer files.Close()
	j.Open, j.Dir, j.Track = files.open, t.run.Dir, tracker
	if err := t.augmented(ctx, j, files); err != nil {
		return nil, howToGoOn(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(train.GCPercent))
	task := t.env.Progress.Start("train", int64(len(j.Train)*j.Epochs), "images")
	defer task.Done()
	j.Watch.Begin = func(done, _ int) { task.Resume(int64(done)) }
	j.Watch.Step = func(n int) { task.Add(int64(n)) }
	j.Watch.Epoch = func(r train.Row) {
		t.env.Progress.Note("epoch %.0f, step %d: training loss %.4f, %s loss %.4f, accuracy %.4f", r.Epoch, r.Step,
			float64(r.TrainLoss), t.result.JudgedOn, float64(r.Eval.Loss), float64(r.Eval.Accuracy))
	}
	r, err := train.Fit(ctx, j)
	return r, howToGoOn(err)
}

// probe fits a classifier on embeddings, after computing those that are missing.
func (t *training) probe(ctx context.Context, tracker track.Tracker) (*train.Result, error) {
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
	j := &train.ProbeJob{Model: m, Classes: t.data.classes, Positive: t.data.positive, Threads: t.env.Threads}
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
	for _, p := range r.Points {
		err = errors.Join(err, tracker.Log(p))
	}
	return r, err
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
