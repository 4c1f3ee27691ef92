package dedup

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
)

// VectorJoin says which pairs of embeddings [JoinVectors] looks for.
type VectorJoin struct {
	// Nearest is how many neighbours each picture keeps (64 if 0), all of them at
	// a cosine of Floor or more.
	Nearest int
	Floor   float32
	// Link, if set, is called once for every pair at a cosine of LinkAt or more,
	// however many there are; nothing of them is kept. The calls come from one
	// goroutine.
	Link   func(a, b int)
	LinkAt float32
	// From is the first new picture: pairs of two earlier ones are not looked at.
	From int
	// Block is the number of vectors a side that are multiplied at a time (2048
	// if 0); Multiply does it ([Plain] if nil).
	Block    int
	Multiply Multiplier
	// Progress, if set, is called with the multiplications done and to do.
	Progress func(done, total int64)
}

// rounding is how far a cosine out of a block may be from Vectors.Cosine.
const rounding = 1e-4

// JoinVectors compares all vectors with all others, block by block over the upper
// triangle, and calls emit for every pair that is among the nearest of either
// picture, a < b, in ascending order. It is exact: nothing is pruned or
// approximated, and cosines that decide are computed by [Vectors.Cosine].
//
// Beside the vectors it needs up to 24*Nearest bytes a picture (few have that
// many neighbours over a sensible floor) and 16*Block*Block bytes.
func JoinVectors(ctx context.Context, v *Vectors, o VectorJoin, emit func(a, b int)) error {
	if o.Nearest == 0 {
		o.Nearest = 64
	}
	if o.Block == 0 {
		o.Block = 2048
	}
	if o.Multiply == nil {
		o.Multiply = Plain{}
	}
	if v.Len() > math.MaxInt32 {
		return errors.New("join vectors: more than 2^31 vectors")
	}
	j := &vectorJoin{VectorJoin: o, v: v, near: newNearest(v.Len(), o.Nearest)}
	if err := j.run(ctx); err != nil {
		return err
	}
	j.near.each(emit)
	return nil
}

type vectorJoin struct {
	VectorJoin
	v    *Vectors
	near *nearest
}

// tile is the square of pairs with a in [rowLo, rowHi) and b in [colLo, colHi).
type tile struct{ rowLo, rowHi, colLo, colHi int }

func (t tile) rows() int { return t.rowHi - t.rowLo }
func (t tile) cols() int { return t.colHi - t.colLo }

func (j *vectorJoin) run(ctx context.Context) error {
	n, dim := j.v.Len(), j.v.dim
	rows, cols := make([]float32, j.Block*dim), make([]float32, j.Block*dim)
	scores := make([]float32, j.Block*j.Block)
	var done int64
	total := j.total(n)
	for lo := 0; lo < n; lo += j.Block {
		t := tile{rowLo: lo, rowHi: min(lo+j.Block, n)}
		j.v.block(rows, t.rowLo, t.rowHi)
		// Only columns from From on can make a pair with a new picture.
		for first := max(lo, j.From/j.Block*j.Block); first < n; first += j.Block {
			if err := ctx.Err(); err != nil {
				return err
			}
			t.colLo, t.colHi = first, min(first+j.Block, n)
			j.v.block(cols, t.colLo, t.colHi)
			dst := scores[:t.rows()*t.cols()]
			if err := j.Multiply.MulT(dst, rows[:t.rows()*dim], cols[:t.cols()*dim], t.rows(), t.cols(), dim); err != nil {
				return fmt.Errorf("join vectors: %w", err)
			}
			j.take(t, dst)
			done++
			if j.Progress != nil {
				j.Progress(done, total)
			}
		}
	}
	return nil
}

// total counts the tiles of a join of n vectors.
func (j *vectorJoin) total(n int) int64 {
	blocks, from := int64((n+j.Block-1)/j.Block), int64(j.From/j.Block)
	return blocks*(blocks+1)/2 - from*(from+1)/2
}

// hit is a pair worth a closer look.
type hit struct {
	a, b  int32
	score float32
}

// take scans a tile in parallel and then enters what it found, in order.
func (j *vectorJoin) take(t tile, scores []float32) {
	bars := make([]float32, t.cols())
	for c := range bars {
		bars[c] = j.near.bar(t.colLo+c, j.Floor)
	}
	workers := min(runtime.GOMAXPROCS(0), t.rows())
	found := make([][]hit, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for r := t.rows() * w / workers; r < t.rows()*(w+1)/workers; r++ {
				found[w] = j.scanRow(found[w], t, r, scores[r*t.cols():(r+1)*t.cols()], bars)
			}
		})
	}
	wg.Wait()
	for _, hits := range found {
		for _, h := range hits {
			j.enter(h)
		}
	}
}

// scanRow appends the pairs of one row that may enter a list or make a link.
func (j *vectorJoin) scanRow(hits []hit, t tile, r int, scores, bars []float32) []hit {
	a := t.rowLo + r
	bar, link := j.near.bar(a, j.Floor), float32(math.Inf(1))
	if j.Link != nil {
		link = j.LinkAt - rounding
	}
	low := min(j.Floor-rounding, link)
	for c := max(0, max(a+1, j.From)-t.colLo); c < len(scores); c++ {
		s := scores[c]
		if s >= low && (s >= link || s >= min(bar, bars[c])-rounding) {
			hits = append(hits, hit{int32(a), int32(t.colLo + c), s})
		}
	}
	return hits
}

// enter puts a hit into both lists and links it, if its exact cosine allows.
func (j *vectorJoin) enter(h hit) {
	a, b, s := int(h.a), int(h.b), h.score
	if !j.v.has(a) || !j.v.has(b) {
		return
	}
	switch {
	case near(s, j.Floor) || near(s, j.LinkAt):
		s = float32(j.v.Cosine(a, b))
	case s > 1-rounding/10:
		s = 1 // identical vectors are equally near, whoever multiplied them
	}
	if s >= j.Floor {
		j.near.offer(a, b, s)
		j.near.offer(b, a, s)
	}
	if j.Link != nil && s >= j.LinkAt {
		j.Link(a, b)
	}
}

func near(s, limit float32) bool { return s-limit < rounding && limit-s < rounding }
