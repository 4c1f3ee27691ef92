package descriptor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/vit"
)

// run is a training run under way.
type run struct {
	*Job
	base    *vit.Model // the first blocks of the model, at the job's resolution
	machine *machine
	feed    *feed
	viewer  *viewer
	learn   []Picture
	held    *heldSet
	heldOut int // pictures that are not learnt from

	memory        *memory   // nil without one
	first, second []float32 // moments of AdamW
	best          []float32 // weights of the best point
	state         state

	began, saved, marked time.Time
}

// Result is what a run ends with.
type Result struct {
	Network // of the best point
	Points  []Point
	Best    int // index in Points
	Learnt  int // pictures that were learnt from
	Held    int // pictures that it was judged on
	Seconds float64
}

// Fit trains. It goes on from the newest checkpoint in the job's folder; one of
// other settings is an error. When ctx ends it leaves a checkpoint. The model of
// the result is that of the last measurement that was not clearly worse than the best;
// where none was better than the first, it is the untrained one.
func Fit(ctx context.Context, j *Job) (*Result, error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	r, err := newRun(ctx, j)
	if err != nil {
		return nil, err
	}
	defer r.machine.Close()
	r.began = time.Now()
	if err := r.begin(ctx); err != nil {
		return nil, stop(ctx, err)
	}
	err = r.train(ctx)
	if err == nil {
		return r.result(), nil
	}
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), r.save())
	}
	return nil, err
}

// newRun prepares all but the weights.
func newRun(ctx context.Context, j *Job) (*run, error) {
	r := &run{Job: j, saved: time.Now()}
	settings := j.Settings()
	side, _ := j.Preprocess.Size()
	base, err := j.Model.Cut(j.Layers)
	if err != nil {
		return nil, err
	}
	if r.base, err = base.Resize(side); err != nil {
		return nil, fmt.Errorf("train a descriptor at %d pixels: %w", side, err)
	}
	var held []Picture
	r.learn, held = hold(j.Pictures, j.Held)
	r.heldOut = len(held)
	if len(held) < 2 || len(r.learn) < 2 {
		return nil, fmt.Errorf("%w: %d of %d are held out", ErrFewPictures, len(held), len(j.Pictures))
	}
	own := *j
	own.Batch = min(j.Batch, len(r.learn))
	r.Job = &own
	r.feed = &feed{config: j.Preprocess, patch: r.base.Config.Patch, workers: j.Threads}
	r.viewer = newViewer(r.learn, j.HeldEdits)
	if r.held, err = newHeldSet(ctx, r.feed, held, j.Options); err != nil {
		return nil, err
	}
	if r.machine, err = newMachine(r.Job, r.base); err != nil {
		return nil, err
	}
	if r.Batch < j.Batch && j.Watch.Notice != nil {
		j.Watch.Notice(fmt.Sprintf("a step takes %d pictures, not %d: there are no more to learn from", r.Batch, j.Batch))
	}
	n := r.machine.arena.Size()
	r.memory = newMemory(r.Memory, r.machine.views, r.Dim)
	r.first, r.second, r.best = make([]float32, n), make([]float32, n), make([]float32, n)
	r.state = state{Version: stateVersion, Settings: settings, Options: j.Options}
	return r, nil
}

// begin takes up a run that was stopped, or measures the untrained encoder.
func (r *run) begin(ctx context.Context) error {
	found, err := r.resume()
	if err == nil && !found {
		if err = r.startProjection(ctx); err == nil {
			err = r.measure(ctx)
		}
	}
	if err == nil && r.Watch.Begin != nil {
		r.Watch.Begin(r.state.Step, r.Steps)
	}
	r.marked = time.Now()
	return err
}

// train runs the steps that are left.
func (r *run) train(ctx context.Context) error {
	view := func(step, i int) *raster.Picture {
		return r.viewer.view(viewStream(r.Seed, step, i), r.pictures(step)[i%r.Batch])
	}
	return r.feed.steps(ctx, r.state.Step, r.Steps, 2*r.Batch, view, func(ctx context.Context, step int, patches []float32) error {
		l, err := r.machine.learn(ctx, patches, r.given(step))
		if err != nil {
			return err
		}
		return r.step(ctx, l)
	})
}

// pictures returns which pictures a step sees.
func (r *run) pictures(step int) []int { return batch(len(r.learn), r.Batch, r.Seed, step) }

// given returns what the loss of a step is told beside its views.
func (r *run) given(step int) given {
	g := given{}
	if r.Teach > 0 {
		g[teacherInput] = r.teacher(step)
	}
	if r.memory != nil {
		g[pastInput], g[maskInput] = r.memory.rows, r.memory.hide(step, r.pictures)
	}
	return g
}

// teacher returns the teacher's cosines of the views of a step.
func (r *run) teacher(step int) []float32 {
	n, seen := 2*r.Batch, r.pictures(step)
	out := make([]float32, n*n)
	for i := range n {
		for k := range n {
			a, b := seen[i%r.Batch], seen[k%r.Batch]
			if out[i*n+k] = 1; a != b {
				out[i*n+k] = dot(r.learn[a].Teacher, r.learn[b].Teacher)
			}
		}
	}
	return out
}

// step moves the weights along the gradient that the machine holds.
func (r *run) step(ctx context.Context, l loss) error {
	if math.IsNaN(l.Total) || math.IsInf(l.Total, 0) {
		return fmt.Errorf("train a descriptor: the loss is no number any more at step %d; a lower --lr helps", r.state.Step+1)
	}
	k, part, t := r.machine, r.rate(r.state.Step), r.state.Step+1
	at, n := k.arena.Start(len(k.arena.Params)-2), k.arena.Size() // the projection comes last
	adamW(k.weights[:at], k.gradient[:at], r.first[:at], r.second[:at], t, r.LR*part, r.Decay)
	adamW(k.weights[at:n], k.gradient[at:n], r.first[at:n], r.second[at:n], t, r.HeadLR*part, r.Decay)
	if r.memory != nil {
		r.memory.keep(r.state.Step, k.descriptors)
	}
	r.state.Step++
	s := &r.state.Sum
	s.Total, s.NCE, s.KoLeo, s.Teach = s.Total+l.Total, s.NCE+l.NCE, s.KoLeo+l.KoLeo, s.Teach+l.Teach
	if r.Watch.Step != nil {
		r.Watch.Step()
	}
	if r.state.Step%r.Every == 0 || r.state.Step == r.Steps {
		return r.measure(ctx)
	}
	if time.Since(r.saved) > saveEvery {
		return r.save()
	}
	return nil
}

// measure judges the weights, keeps them if they are to be chosen, logs and saves.
func (r *run) measure(ctx context.Context) error {
	p := Point{Step: r.state.Step, Rate: r.rate(max(0, r.state.Step-1)), Seconds: r.seconds()}
	since := r.state.Step
	if n := len(r.state.Points); n > 0 {
		since -= r.state.Points[n-1].Step
	}
	if since > 0 {
		n, s := float64(since), r.state.Sum
		p.Loss, p.NCE, p.KoLeo, p.Teach = s.Total/n, s.NCE/n, s.KoLeo/n, s.Teach/n
		p.Speed = 2 * float64(r.Batch) * n / time.Since(r.marked).Seconds()
	}
	var err error
	if p.Known, p.Unseen, err = r.held.measure(ctx, r.machine); err != nil {
		return err
	}
	r.state.Sum = loss{}
	r.state.Points = append(slices.Clip(r.state.Points), p)
	if takes(r.state.Points) {
		r.state.Best = len(r.state.Points) - 1
		copy(r.best, r.machine.weights)
	}
	if err := r.save(); err != nil {
		return err
	}
	if r.Watch.Measure != nil {
		r.Watch.Measure(p)
	}
	r.marked = time.Now()
	return writeLog(r.Dir, r.state.Points)
}

// seconds is the time that training took so far, before it was stopped included.
func (r *run) seconds() float64 { return r.state.Seconds + time.Since(r.began).Seconds() }

func (r *run) result() *Result {
	k := r.machine
	return &Result{
		Network: networkOf(k.arena, r.base, r.best, r.Preprocess),
		Points:  r.state.Points, Best: r.state.Best, Learnt: len(r.learn), Held: r.heldOut, Seconds: r.seconds(),
	}
}
