package dedup

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
)

// tile is a block of pairs: pictures by rows, which lie in vectorJoin.rows already, and
// pictures by columns. once tells of a row and a column whether this is the place to
// take their pair; it is asked for few.
type tile struct {
	rows, cols []int32
	once       func(r, c int) bool
}

func always(int, int) bool { return true }

// stripRows is how many rows of a tile are scanned before what was found there is
// entered: a tile in a crowd is all hits.
const stripRows = 256

// compare multiplies a tile and enters the pairs that it holds.
func (j *vectorJoin) compare(ctx context.Context, t tile) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m, n, dim := len(t.rows), len(t.cols), j.v.dim
	j.v.gather(j.cols, t.cols)
	if err := j.Multiply.MulT(j.scores[:m*n], j.rows[:m*dim], j.cols[:n*dim], m, n, dim); err != nil {
		return fmt.Errorf("join vectors: %w", err)
	}
	for lo := 0; lo < m; lo += stripRows {
		j.strip(t, lo, min(lo+stripRows, m))
	}
	if j.done += int64(m) * int64(n); j.Progress != nil {
		j.Progress(min(j.done, j.total), j.total)
	}
	return nil
}

// hit is a pair worth a closer look.
type hit struct {
	a, b  int32
	score float32
}

// strip scans some rows of a tile in parallel and then enters what it found, in order.
func (j *vectorJoin) strip(t tile, lo, hi int) {
	bars := make([]float32, len(t.cols))
	for c, i := range t.cols {
		bars[c] = j.near.bar(int(i), j.Floor)
	}
	workers := min(runtime.GOMAXPROCS(0), hi-lo)
	found := make([][]hit, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for r := lo + (hi-lo)*w/workers; r < lo+(hi-lo)*(w+1)/workers; r++ {
				found[w] = j.scanRow(found[w], t, r, bars)
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
func (j *vectorJoin) scanRow(hits []hit, t tile, r int, bars []float32) []hit {
	a := t.rows[r]
	bar, link := j.near.bar(int(a), j.Floor), float32(math.Inf(1))
	if j.Link != nil {
		link = j.LinkAt - rounding
	}
	low := min(j.Floor-rounding, link)
	for c, s := range j.scores[r*len(t.cols) : (r+1)*len(t.cols)] {
		if s >= low && (s >= link || s >= min(bar, bars[c])-rounding) && t.once(r, c) {
			b := t.cols[c]
			hits = append(hits, hit{min(a, b), max(a, b), s})
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
	mayEnter := s >= min(j.near.bar(a, j.Floor), j.near.bar(b, j.Floor))-rounding
	if mayEnter || near(s, j.LinkAt) {
		s = j.exact(a, b, s)
	}
	if mayEnter && s >= j.Floor {
		j.near.offer(a, b, s)
		j.near.offer(b, a, s)
	}
	if j.Link != nil && s >= j.LinkAt {
		j.Link(a, b)
	}
}

// known enters a pair that was found before.
func (j *vectorJoin) known(a, b int) {
	if !j.v.has(a) || !j.v.has(b) {
		return
	}
	s := j.exact(a, b, 0)
	if s >= j.Floor {
		j.near.offer(a, b, s)
		j.near.offer(b, a, s)
	}
	if j.Link != nil && s >= j.LinkAt {
		j.Link(a, b)
	}
}

// identical is the cosine from which vectors count as equally near, whoever
// multiplied them: what lies over it is rounding.
const identical = 1 - 1e-5

// exact returns the cosine that decides. about is what a block gave for it.
func (j *vectorJoin) exact(a, b int, about float32) float32 {
	if about > identical+identicalDoubt {
		return 1 // not computed: 10,000 identical pictures are 50 million pairs
	}
	if s := float32(j.v.Cosine(a, b)); s <= identical {
		return s
	}
	return 1
}

// identicalDoubt is more than blocks of float32 err near 1.
const identicalDoubt = 3e-6

func near(s, limit float32) bool { return s-limit < rounding && limit-s < rounding }
