package stage

import (
	"context"
	"errors"

	"github.com/curate/curate/internal/ort"
)

// ortMultiplier multiplies blocks for the vector join on a device: the larger the
// blocks, the less does it cost to move them there.
type ortMultiplier struct {
	ctx context.Context
	m   *ort.MatMul
}

// newMultiplier prepares products of rows of dim values. It must be closed.
func (e *Env) newMultiplier(ctx context.Context, dim int) (*ortMultiplier, error) {
	rt, err := e.Runtime()
	if err != nil {
		return nil, err
	}
	device, err := e.device()
	if err != nil {
		return nil, err
	}
	m, err := ort.NewMatMul(rt, ort.SessionOptions{Device: device, Threads: e.Threads, Notice: func(s string) { e.Notice("%s", s) }}, dim)
	if err != nil {
		return nil, err
	}
	return &ortMultiplier{ctx, m}, nil
}

// MulT implements dedup.Multiplier.
func (o *ortMultiplier) MulT(dst, a, b []float32, m, n, k int) error {
	if len(a) != m*k || len(b) != n*k || len(dst) != m*n {
		return errors.New("multiply blocks: the blocks do not fit each other")
	}
	return o.m.Run(o.ctx, a, b, dst)
}

func (o *ortMultiplier) Close() error { return o.m.Close() }
