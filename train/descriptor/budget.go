package descriptor

import (
	"context"
	"fmt"
	"time"
)

const (
	fewestSteps = 10 // fewer move nothing
	// fewestPoints is how often a run that keeps to a budget is measured at least.
	fewestPoints = 4
)

// Fitting returns the options with as many steps, at most Steps, as fit into
// budget on this machine: it runs a step and a measurement and sees how long they
// take. A budget for fewer than 10 steps is an error.
func Fitting(ctx context.Context, j *Job, budget time.Duration) (Options, error) {
	if err := j.check(); err != nil {
		return j.Options, err
	}
	began := time.Now()
	r, err := newRun(ctx, j)
	if err != nil {
		return j.Options, err
	}
	defer r.machine.Close()
	patches := r.held.patches[:min(len(r.held.patches), r.machine.views*r.machine.patches)]
	patches = append(patches, make([]float32, r.machine.views*r.machine.patches-len(patches))...)
	r.startAnywhere()
	var step time.Duration
	for range 2 { // the first run of a graph also takes memory
		at := time.Now()
		if _, err := r.machine.learn(ctx, patches, r.given(0)); err != nil {
			return j.Options, stop(ctx, err)
		}
		step = time.Since(at)
	}
	at := time.Now()
	if _, _, err := r.held.measure(ctx, r.machine); err != nil {
		return j.Options, stop(ctx, err)
	}
	point := time.Since(at)
	fixed := 2*time.Since(began) + point*time.Duration(1+len(r.learn)*(1+startVersions)/len(r.held.picture)) // of getting ready and of the first projection
	return withSteps(j.Options, budget, fixed, step, point)
}

// withSteps fits the steps into a budget of which fixed is gone before the first,
// and point at each measurement.
func withSteps(o Options, budget, fixed, step, point time.Duration) (Options, error) {
	room := budget - fixed - fewestPoints*point
	steps := int(room / (step + point/time.Duration(o.Every)))
	if room < 0 || steps < fewestSteps {
		return o, fmt.Errorf("train a descriptor: a budget of %s is too short: getting ready takes %s here and %d steps with measurements %s",
			budget, fixed.Round(time.Second), fewestSteps, (fewestSteps*step + fewestPoints*point).Round(time.Second))
	}
	o.Steps = min(o.Steps, steps)
	o.Every = min(o.Every, max(1, o.Steps/fewestPoints))
	o.Warmup = min(o.Warmup, o.Steps/10)
	return o, nil
}

// startAnywhere gives the projection values with which a step can be timed.
func (r *run) startAnywhere() {
	w := r.machine.arena.Named(r.machine.weights, weightInput)
	for i := range r.Dim {
		w[i*r.machine.width+i] = 1
	}
}
