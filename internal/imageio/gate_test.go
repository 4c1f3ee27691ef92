package imageio

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// Whatever the order, the admitted bytes never sum to more than the total.
func TestGateKeepsTheSum(t *testing.T) {
	gate := NewGate(100)
	var sum, over atomic.Int64
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			n := int64(1 + i%60)
			release, err := gate.Acquire(context.Background(), n)
			if err != nil {
				t.Error(err)
				return
			}
			if sum.Add(n) > 100 {
				over.Add(1)
			}
			sum.Add(-n)
			release()
		})
	}
	wg.Wait()
	if over.Load() > 0 {
		t.Errorf("the sum was too large %d times", over.Load())
	}
}

func TestGateAdmitsTooLargeAlone(t *testing.T) {
	gate := NewGate(100)
	release, err := gate.Acquire(context.Background(), 5000)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := gate.Acquire(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("beside it: %v", err)
	}
	release()
	if release, err = gate.Acquire(context.Background(), 100); err != nil {
		t.Errorf("after it: %v", err)
	}
	release()
}
