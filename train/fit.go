package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/track"
)

// run is a training run under way.
type run struct {
	*Job
	plan    plan
	micro   int
	base    *vit.Model // start, with its classifier
	machine *machine
	moments moments
	feed    *feed
	state   state
	judged  *metrics.Predictions // of the best row, if it was judged by this process

	began, saved time.Time
}

// Fit trains all weights of the job's model. It goes on from the newest checkpoint
// in the job's folder; one of other settings is an error. When ctx ends, or a
// picture cannot be opened (a *PictureError), it leaves a checkpoint. The model of
// the result is that of the epoch with the least loss on the pictures that were
// judged, or of the last one.
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
	g, err := newGraphs(base, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	m, err := newMachine(j, base, g)
	if err != nil {
		return nil, err
	}
	r := &run{Job: j, base: base, machine: m, plan: plan{len(j.Train), j.Batch, j.Epochs}}
	r.feed = &feed{open: plain(j.Open), side: j.Side, patch: base.Config.Patch, workers: j.Threads}
	r.moments = newMoments(m.arena.Size())
	if r.micro, err = microBatch(j, g, m); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	r.state = state{Version: stateVersion, Settings: j.Settings(), BestRow: -1}
	return r, nil
}

// start returns the model that training begins with: at the job's resolution, with
// a classifier for its classes.
func start(j *Job) (*vit.Model, error) {
	m, err := j.Model.Resize(j.Side)
	if err != nil {
		return nil, fmt.Errorf("train at %d pixels: %w", j.Side, err)
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
		case r.state.Step == r.plan.total():
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

// epoch runs the steps of the current epoch that are left.
func (r *run) epoch(ctx context.Context) error {
	per := r.plan.perEpoch()
	number, skip := r.state.Step/per, r.state.Step%per
	rest := r.order(number)[skip*r.Batch:]
	loss := 0.
	return r.learning(number).each(ctx, chunks(rest, r.Batch, r.micro), func(l loaded) error {
		part, err := r.machine.learn(ctx, l)
		if err != nil {
			return err
		}
		loss += part
		if r.Watch.Step != nil {
			r.Watch.Step(len(l.examples))
		}
		if !l.last {
			return nil
		}
		step := loss
		loss = 0
		return r.step(step, l.of)
	})
}

// step moves the weights after the last micro-batch of a step of n pictures.
func (r *run) step(loss float64, n int) error {
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return fmt.Errorf("train: the loss is no number any more at step %d; a lower --lr helps", r.state.Step+1)
	}
	length, lr := r.move()
	r.state.Step++
	r.state.LossSum += loss * float64(n)
	r.state.LossCount += n
	err := r.log(map[string]float64{"loss": loss, "learning_rate": lr, "grad_norm": length})
	if err == nil && time.Since(r.saved) > saveEvery && r.state.Step%r.plan.perEpoch() != 0 {
		err = r.save()
	}
	return err
}

// move takes the optimiser's step along the sum of gradients. It returns how long
// that was, and the learning rate.
func (r *run) move() (length, lr float64) {
	k := r.machine
	length = norm(k.sum, r.Threads)
	scale := 1.
	if r.Clip > 0 && length > r.Clip {
		scale = r.Clip / (length + 1e-6) // as torch.nn.utils.clip_grad_norm_
	}
	lr = r.plan.rate(r.state.Step, r.LR, r.Warmup)
	r.Adam.update(k.weights, k.sum, r.moments, r.state.Step+1, lr, scale, r.Threads)
	k.begun = false
	return length, lr
}

// log keeps what was measured at the current step.
func (r *run) log(values map[string]float64) error {
	p := track.Point{Step: r.state.Step, Epoch: r.plan.epoch(r.state.Step), Time: time.Now().UTC(), Values: values}
	r.state.Points = append(r.state.Points, p)
	if r.Track == nil {
		return nil
	}
	return r.Track.Log(p)
}

// endEpoch judges the weights, adds a row to the table and saves.
func (r *run) endEpoch(ctx context.Context) error {
	row := Row{Epoch: r.plan.epoch(r.state.Step), Step: r.state.Step, TrainLoss: metrics.Value(r.state.LossSum / float64(r.state.LossCount))}
	var p *metrics.Predictions
	if len(r.Val) > 0 {
		began := time.Now()
		var err error
		if p, err = r.judge(ctx, r.Val); err != nil {
			return err
		}
		row.Eval = p.Score()
		if err := r.log(evalValues(row.Eval, time.Since(began))); err != nil {
			return err
		}
	}
	r.state.LossSum, r.state.LossCount = 0, 0
	r.state.Rows = append(r.state.Rows, row)
	if best := r.state.BestRow; best < 0 || len(r.Val) == 0 || row.Eval.Loss < r.state.Rows[best].Eval.Loss {
		r.state.BestRow, r.judged = len(r.state.Rows)-1, p
	}
	if r.Watch.Epoch != nil {
		r.Watch.Epoch(row)
	}
	return r.save()
}

// evalValues are the figures of an evaluation under the Trainer's names.
func evalValues(s metrics.Scores, took time.Duration) map[string]float64 {
	out := map[string]float64{"eval_runtime": took.Seconds(), "eval_samples_per_second": float64(s.N) / took.Seconds()}
	s.Each(func(name string, v *metrics.Value) {
		if !math.IsNaN(float64(*v)) {
			out["eval_"+name] = float64(*v)
		}
	})
	return out
}

// result takes the best weights and ends the run.
func (r *run) result(ctx context.Context) (*Result, error) {
	seconds := r.state.Seconds + time.Since(r.began).Seconds()
	out := &Result{
		Mode: "full", Rows: r.state.Rows, Chosen: r.state.BestRow, Points: r.state.Points, Steps: r.state.Step, Micro: r.micro,
		Seconds: seconds, Rate: float64(len(r.Train)*r.Epochs) / seconds, Device: r.machine.step.Device().String(),
	}
	if best := out.Best(); best.Step != r.state.Step {
		if err := r.loadWeights(best.Step); err != nil {
			return nil, err
		}
	}
	out.Model = r.machine.arena.Model(r.base, r.machine.weights)
	if r.judged == nil && len(r.Val) > 0 {
		var err error
		if r.judged, err = r.judge(ctx, r.Val); err != nil {
			return nil, err
		}
	}
	out.Judged = r.judged
	return out, nil
}
