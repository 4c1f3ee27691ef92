package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/metrics"
)

// run is a training run under way.
type run struct {
	*Job
	plan     plan
	micro    int
	planned  int64      // bytes that it ought to take
	base     *vit.Model // start, with its classifier and adapters
	adapters map[string]vit.Adapter
	machine  *machine
	groups   []group
	moments  moments
	average  *average // nil: the weights themselves are judged
	feed     *feed
	state    state
	judged   *metrics.Predictions // of the best row, if it was judged by this process

	began, saved time.Time
}

// Fit trains the weights of the job's model that its settings let move. It goes on
// from the newest checkpoint in the job's folder; one of other settings is an
// error. When ctx ends, or a picture cannot be opened (a *PictureError), it leaves a
// checkpoint. The model of the result is that of the epoch with the best figure on
// the pictures that were judged, or of the last one; adapters are merged into it.
func Fit(ctx context.Context, j *Job) (*Result, error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	r, err := newRun(j)
	if err != nil {
		return nil, err
	}
	defer r.machine.Close()
	if err := r.resume(); err != nil {
		return nil, err
	}
	r.began, r.saved = time.Now(), time.Now()
	err = r.train(ctx)
	if err == nil {
		return r.result(ctx)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	var lost *PictureError
	if r.state.Step > 0 && (ctx.Err() != nil || errors.As(err, &lost)) {
		err = errors.Join(err, r.save())
	}
	return nil, err
}

func newRun(j *Job) (*run, error) {
	base, err := start(j)
	if err != nil {
		return nil, err
	}
	r := &run{Job: j, plan: plan{len(j.Train), j.Batch, j.Epochs}, adapters: j.LoRA.adapters(base.Config, j.Freeze)}
	if r.base, err = withAdapters(base, r.adapters, j.Seed); err != nil {
		return nil, err
	}
	write := func(again bool) (*graphs, error) {
		return newGraphs(r.base, r.adapters, j.moves(base.Config), form{r.cpu(), again})
	}
	g, b, err := planMemory(j, r.base, write)
	if err != nil {
		return nil, err
	}
	m, err := newMachine(j, r.base, g)
	if err != nil {
		return nil, err
	}
	r.micro, r.planned = b.micro, b.bytes
	r.machine = m
	r.groups, r.moments = groups(m.arena, base.Config, &j.Tuning), newMoments(m.arena.Size())
	r.average = newAverage(j.EMA, m.weights)
	r.feed = &feed{open: plain(j.Open), side: j.Side, patch: base.Config.Patch, workers: j.Threads}
	r.state = state{Version: stateVersion, Settings: j.Settings(), BestRow: -1}
	return r, nil
}

// cpu tells whether the job runs on the CPU.
func (j *Job) cpu() bool { return j.Runtime.Settle(j.Device).Provider == ort.CPU }

// start returns the model that training begins with: at the job's resolution, with
// a classifier for its classes.
func start(j *Job) (*vit.Model, error) {
	m, err := j.Model.Resize(j.Side)
	if err != nil {
		return nil, fmt.Errorf("train at %d pixels: %w", j.Side, err)
	}
	if err := j.Fits(m.Config); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if _, two := m.Weights["cls_classifier.weight"]; two && j.Watch.Notice != nil {
		j.Watch.Notice("the model has two classifiers, for its class token and its distillation token: one on the class token takes their place")
	}
	return withClassifier(m, j.Classes, j.Seed), nil
}

// train runs what is left of the run: steps, and after each epoch what follows it.
func (r *run) train(ctx context.Context) error {
	if r.Watch.Begin != nil {
		r.Watch.Begin(r.done(), len(r.Train)*r.Epochs)
	}
	for per := r.plan.perEpoch(); ; {
		var err error
		switch {
		case r.state.Step == per*(len(r.state.Rows)+1):
			err = r.endEpoch(ctx)
		case r.state.Step == r.plan.total(), r.stopped() && r.state.Step%per == 0:
			return nil
		default:
			err = r.epoch(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// done returns the pictures that were learnt from so far.
func (r *run) done() int {
	per := r.plan.perEpoch()
	return r.state.Step/per*len(r.Train) + min(r.state.Step%per*r.Batch, len(r.Train))
}
