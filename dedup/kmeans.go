package dedup

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

const (
	cellSample = 64   // vectors that a cell is learnt from
	cellBlock  = 2048 // vectors that are assigned at a time
)

// kmeans learns centres of length 1.
type kmeans struct {
	CellOptions
	v       *Vectors
	centres []float32 // Count x dim
}

func (k *kmeans) learn(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(k.Seed, 7))
	n, dim := k.v.Len(), k.v.dim
	sample := make([]int32, 0, min(n, cellSample*k.Count))
	for _, i := range rng.Perm(n)[:cap(sample)] {
		sample = append(sample, int32(i))
	}
	k.centres = make([]float32, k.Count*dim)
	k.v.gather(k.centres, sample[:min(k.Count, len(sample))])
	row := make([]float32, dim)
	for range k.Rounds {
		sums, members := make([]float64, k.Count*dim), make([]int, k.Count)
		err := k.assign(ctx, sample, 1, func(at int, nearest []uint16) {
			k.v.gather(row, sample[at:at+1])
			members[nearest[0]]++
			for d, x := range row {
				sums[int(nearest[0])*dim+d] += float64(x)
			}
		})
		if err != nil {
			return err
		}
		for c := range k.Count {
			k.move(c, sums[c*dim:(c+1)*dim], members[c])
		}
	}
	return nil
}

// move puts a centre where its members are; one that has none stays.
func (k *kmeans) move(c int, sum []float64, members int) {
	square := 0.0
	for _, x := range sum {
		square += x * x
	}
	if members == 0 || square == 0 {
		return
	}
	scale := 1 / math.Sqrt(square)
	for d, x := range sum {
		k.centres[c*len(sum)+d] = float32(x * scale)
	}
}

// assign tells the most nearest centres of each of the given rows, in their order.
func (k *kmeans) assign(ctx context.Context, rows []int32, most int, tell func(at int, nearest []uint16)) error {
	dim := k.v.dim
	block, scores := make([]float32, cellBlock*dim), make([]float32, cellBlock*k.Count)
	best := make([]uint16, cellBlock*most)
	for lo := 0; lo < len(rows); lo += cellBlock {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := rows[lo:min(lo+cellBlock, len(rows))]
		k.v.gather(block, part)
		if err := k.multiply(scores[:len(part)*k.Count], block[:len(part)*dim], len(part)); err != nil {
			return err
		}
		inParallel(len(part), func(r int) { topCells(best[r*most:(r+1)*most], scores[r*k.Count:(r+1)*k.Count]) })
		for r := range part {
			tell(lo+r, best[r*most:(r+1)*most])
		}
	}
	return nil
}

// multiply compares a block of rows with all centres, at most cellBlock of them at a
// time: the products of a multiplier are one block a side.
func (k *kmeans) multiply(scores, rows []float32, n int) error {
	dim := k.v.dim
	if k.Count <= cellBlock {
		return k.Multiply.MulT(scores, rows, k.centres, n, k.Count, dim)
	}
	part := make([]float32, n*cellBlock)
	for lo := 0; lo < k.Count; lo += cellBlock {
		wide := min(cellBlock, k.Count-lo)
		if err := k.Multiply.MulT(part[:n*wide], rows, k.centres[lo*dim:(lo+wide)*dim], n, wide, dim); err != nil {
			return err
		}
		for r := range n {
			copy(scores[r*k.Count+lo:], part[r*wide:(r+1)*wide])
		}
	}
	return nil
}

// topCells writes the best of the scores' indices, best first.
func topCells(best []uint16, scores []float32) {
	held := best[:0]
	for c, s := range scores {
		if len(held) == len(best) && s <= scores[held[len(held)-1]] {
			continue
		}
		if len(held) < len(best) {
			held = append(held, 0)
		}
		at := len(held) - 1
		for ; at > 0 && scores[held[at-1]] < s; at-- {
			held[at] = held[at-1]
		}
		held[at] = uint16(c)
	}
}

// inParallel calls f for 0 to n-1 from as many goroutines as there are processors.
func inParallel(n int, f func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := n * w / workers; i < n*(w+1)/workers; i++ {
				f(i)
			}
		})
	}
	wg.Wait()
}
