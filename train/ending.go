package train

import (
	"context"
	"math"
	"time"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/metrics"
)

// endEpoch judges the weights, adds a row to the table and saves.
func (r *run) endEpoch(ctx context.Context) error {
	row := Row{Epoch: r.plan.epoch(r.state.Step), Step: r.state.Step, TrainLoss: metrics.Value(r.state.LossSum / float64(r.state.LossCount))}
	var p *metrics.Predictions
	if len(r.Val) > 0 {
		began := time.Now()
		var err error
		r.average.swap(r.machine.weights, r.Threads)
		p, err = r.judge(ctx, r.Val)
		r.average.swap(r.machine.weights, r.Threads)
		if err != nil {
			return err
		}
		row.Eval = p.Score()
		if err := r.log(evalValues(row.Eval, time.Since(began))); err != nil {
			return err
		}
	}
	r.state.LossSum, r.state.LossCount = 0, 0
	r.state.Rows = append(r.state.Rows, row)
	if best := r.state.BestRow; best < 0 || len(r.Val) == 0 || r.better(row.Eval, r.state.Rows[best].Eval) {
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

// model is the model of the current weights, with adapters merged into it. It shares
// what it can with the run.
func (r *run) model() *vit.Model {
	return r.machine.arena.Model(r.base, r.machine.weights).Merge(r.adapters)
}

// result takes the best weights and ends the run.
func (r *run) result(ctx context.Context) (*Result, error) {
	seconds := r.state.Seconds + time.Since(r.began).Seconds()
	out := &Result{
		Mode: r.mode(), Rows: r.state.Rows, Chosen: r.state.BestRow, Points: r.state.Points, Steps: r.state.Step, Micro: r.micro, Planned: r.planned,
		Seconds: seconds, Rate: float64(r.done()) / seconds, Early: r.state.Step < r.plan.total(), Metric: r.metric(), Device: r.machine.step.Device().String(),
	}
	r.average.swap(r.machine.weights, r.Threads) // nothing is learnt any more
	if best := out.Best(); best.Step != r.state.Step {
		if err := r.loadBest(best.Step); err != nil {
			return nil, err
		}
	}
	out.Model = r.model()
	if r.judged == nil && len(r.Val) > 0 {
		var err error
		if r.judged, err = r.judge(ctx, r.Val); err != nil {
			return nil, err
		}
	}
	out.Judged = r.judged
	return out, nil
}
