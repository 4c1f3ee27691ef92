package imageio

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// Gate admits work by the bytes it will need, so that many small decodes or a few
// large ones run at once and the sum stays under one total.
type Gate struct {
	total int64
	sem   *semaphore.Weighted
}

// NewGate returns a gate for total bytes; total must be positive.
func NewGate(total int64) *Gate {
	return &Gate{total: total, sem: semaphore.NewWeighted(total)}
}

// Acquire waits until n bytes are free and takes them until release is called.
// What needs more than the gate has is admitted when nothing else is running. The
// error is ctx's.
func (g *Gate) Acquire(ctx context.Context, n int64) (release func(), err error) {
	n = min(max(n, 0), g.total)
	if err := g.sem.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { g.sem.Release(n) }, nil
}
