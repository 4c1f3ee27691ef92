package stage

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/track"
)

// chooseMode takes the mode that was asked for; else that of an unfinished run; else
// it measures a step of each mode and takes the strongest that fits the budget.
func (t *training) chooseMode(ctx context.Context) error {
	t.result.Estimates = map[string]float64{}
	switch {
	case t.options.Mode != "":
		return t.setMode(t.options.Mode)
	case t.options.Recipe == RecipeSeed:
		return t.setMode(ModeFull)
	}
	for _, mode := range slices.Backward(Modes()) {
		if err := t.setMode(mode); err != nil {
			continue // it cannot be done with these settings; estimate says why
		}
		if _, _, ok, err := t.unfinished(ctx); err != nil || ok {
			return err
		}
	}
	return t.chooseByBudget(ctx)
}

// chooseByBudget says what each mode would take and chooses.
func (t *training) chooseByBudget(ctx context.Context) error {
	seconds, cannot, err := t.estimate(ctx)
	if err != nil {
		return err
	}
	chosen, costs := "", []string{}
	for _, mode := range Modes() {
		if why := cannot[mode]; why != nil {
			costs = append(costs, mode+" cannot be done")
			t.env.Notice("mode %s cannot be done: %v", mode, why)
			continue
		}
		t.result.Estimates[mode] = seconds[mode].Seconds()
		costs = append(costs, fmt.Sprintf("%s %s", mode, rounded(seconds[mode])))
		if chosen == "" || seconds[mode] <= t.options.Budget {
			chosen = mode
		}
	}
	if chosen == "" {
		return cannot[ModeFull]
	}
	over := ""
	if seconds[chosen] > t.options.Budget {
		over = ", the quickest, though it takes longer"
	}
	t.env.Notice("estimated: %s; budget %s: mode %s%s (--mode chooses another)", strings.Join(costs, ", "), rounded(t.options.Budget), chosen, over)
	return t.setMode(chosen)
}

func rounded(d time.Duration) time.Duration {
	if d < time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(time.Minute)
}

// estimate returns how long each mode would take, or why it cannot be done. Full and
// lora are measured: a step, an evaluation and a move of the weights. A probe needs
// the embeddings that are missing, each a forward pass, which lp-ft needs too.
func (t *training) estimate(ctx context.Context) (seconds map[string]time.Duration, cannot map[string]error, err error) {
	seconds, cannot = map[string]time.Duration{}, map[string]error{}
	var look time.Duration
	for _, mode := range []string{ModeLoRA, ModeFull} {
		var m train.Measured
		err := t.setMode(mode)
		if err == nil {
			m, err = t.measure(ctx)
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		seconds[mode], cannot[mode], look = m.Run, err, max(look, m.Look)
	}
	probe, err := t.probeTime(ctx, look)
	if err != nil {
		return nil, nil, err
	}
	seconds[ModeProbe], cannot[ModeProbe] = probe, t.setMode(ModeProbe)
	seconds[ModeLPFT], cannot[ModeLPFT] = seconds[ModeFull]+probe, cannot[ModeFull]
	return seconds, cannot, nil
}

// measure measures the run's mode.
func (t *training) measure(ctx context.Context) (train.Measured, error) {
	j, err := t.job()
	if err != nil {
		return train.Measured{}, err
	}
	return train.Measure(ctx, j)
}

// probeTime is about what a probe takes: the embeddings that are missing, and a few
// seconds for some thousand pictures for the fit itself.
func (t *training) probeTime(ctx context.Context, look time.Duration) (time.Duration, error) {
	p, err := planEmbeddings(ctx, t.env, t.embedOptions())
	if err != nil {
		return 0, err
	}
	missing, err := t.env.Catalog.QueueLen(ctx, catalog.Need{Space: p.out.Head.ID})
	fit := time.Second + time.Duration(len(t.data.rows[catalog.Train]))*time.Millisecond
	return look*time.Duration(missing) + fit, errors.Join(err, p.close())
}

func (t *training) embedOptions() EmbedOptions {
	return EmbedOptions{Model: t.options.Model, Resolution: t.side}
}

// tune trains weights of the model, from a probe's classifier in lp-ft.
func (t *training) tune(ctx context.Context, tracker track.Tracker) (*train.Result, error) {
	j, err := t.job()
	if err != nil {
		return nil, err
	}
	if t.result.Mode == ModeLPFT && t.result.Continued == 0 {
		if j.Model, err = t.probed(ctx); err != nil {
			return nil, err
		}
	}
	files, err := newTensors(ctx, t.env, t.config, t.data.rows[catalog.Train], t.data.rows[t.judged])
	if err != nil {
		return nil, err
	}
	defer files.Close()
	j.Open, j.Dir = files.open, t.run.Dir
	if err := t.augmented(ctx, j, files); err != nil {
		return nil, howToGoOn(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(train.GCPercent))
	task := t.env.Progress.Start("train", int64(len(j.Train)*j.Epochs), "images")
	defer task.Done()
	j.Track = track.All{tracker, &lossShown{task: task}}
	j.Watch.Begin = func(done, _ int) { task.Resume(int64(done)) }
	j.Watch.Step = func(n int) { task.Add(int64(n)) }
	j.Watch.Epoch = func(r train.Row) {
		t.env.Progress.Note("epoch %.0f, step %d: training loss %.4f, %s loss %.4f, accuracy %.4f", r.Epoch, r.Step,
			float64(r.TrainLoss), t.result.JudgedOn, float64(r.Eval.Loss), float64(r.Eval.Accuracy))
	}
	r, err := train.Fit(ctx, j)
	return r, t.stopped(ctx, howToGoOn(err))
}
