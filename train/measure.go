package train

import (
	"context"
	"errors"
	"time"
)

// Measured is how long things take.
type Measured struct {
	Run  time.Duration // a whole run of the job
	Look time.Duration // the forward pass of one picture
}

// Measure trains on a few empty pictures, keeps nothing of it, and returns how long
// a whole run of the job would take: its steps and its evaluations, but for reading
// and decoding, which go on beside them.
func Measure(ctx context.Context, j *Job) (took Measured, err error) {
	if err := j.check(); err != nil {
		return took, err
	}
	r, err := newRun(j)
	if err != nil {
		return took, err
	}
	defer func() { err = errors.Join(err, r.machine.Close()) }()
	few := j.Train[:min(r.micro, len(j.Train))]
	l := loaded{chunk{examples: few, of: len(few), last: true}, make([]float32, len(few)*r.feed.floats())}
	step, err := second(func() error {
		_, err := r.machine.learn(ctx, l)
		return err
	})
	if err != nil {
		return took, err
	}
	look, err := second(func() error {
		_, err := r.machine.logits(ctx, l)
		return err
	})
	if err != nil {
		return took, err
	}
	began := time.Now()
	r.move()
	move := time.Since(began)
	per := func(d time.Duration, n int) time.Duration { return d * time.Duration(n) / time.Duration(len(few)) }
	epoch := per(step, len(j.Train)) + per(look, len(j.Val)) + move*time.Duration(r.plan.perEpoch())
	return Measured{Run: epoch * time.Duration(j.Epochs), Look: per(look, 1)}, nil
}

// second does something twice and returns how long the second time took: the first
// one also finds memory.
func second(do func() error) (time.Duration, error) {
	if err := do(); err != nil {
		return 0, err
	}
	began := time.Now()
	err := do()
	return time.Since(began), err
}
