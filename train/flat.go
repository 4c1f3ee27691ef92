package train

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/curate/curate/internal/ort/kernel"
)

// piece is the number of elements that one goroutine works on at a time. It is
// fixed, so that sums do not depend on the number of threads.
const piece = 1 << 16

// inPieces calls do for consecutive pieces of [0, n), from several goroutines.
func inPieces(n, threads int, do func(lo, hi int)) {
	inBlocks((n+piece-1)/piece, threads, func(i int) { do(i*piece, min((i+1)*piece, n)) })
}

// inBlocks calls do for each of 0 to n-1, from several goroutines; 0 threads are
// one a processor.
func inBlocks(n, threads int, do func(i int)) {
	if threads <= 0 {
		threads = runtime.NumCPU()
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(threads, n) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// norm returns the Euclidean length of x.
func norm(x []float32, threads int) float64 {
	parts := make([]float64, (len(x)+piece-1)/piece)
	inPieces(len(x), threads, func(lo, hi int) {
		parts[lo/piece] = kernel.Squares(x[lo:hi])
	})
	sum := 0.
	for _, p := range parts {
		sum += p
	}
	return math.Sqrt(sum)
}
