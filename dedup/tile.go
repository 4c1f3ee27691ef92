package dedup

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
)

// tile is a block of pairs: pictures by rows and pictures by columns. once tells of a row and a column whether this is the place to
// take their pair; it is asked for few.
type tile struct {
	rows, cols []int32
	once       func(r, c int) bool
}

func always(int, int) bool { return true }

// stripRows is how many rows of a tile are scanned before what was found there is
// entered: a tile in a crowd is all hits.
const stripRows = 256

// compare enters the pairs that a tile holds.
func (j *vectorJoin) compare(ctx context.Context, t tile) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if j.Sketches == nil || !j.sketched(t) {
		if err := j.multiplied(t); err != nil {
			return fmt.Errorf("join vectors: %w", err)
		}
	}
	if j.done += int64(len(t.rows)) * int64(len(t.cols)); j.Progress != nil {
		j.Progress(min(j.done, j.total), j.total)
	}
	return nil
}

// multiplied multiplies a tile and enters its pairs.
func (j *vectorJoin) multiplied(t tile) error {
	m, n, dim := len(t.rows), len(t.cols), j.v.dim
	if len(j.gathered) != m || &j.gathered[0] != &t.rows[0] {
		j.v.gather(j.rows, t.rows)
		j.gathered = t.rows
	}
	j.v.gather(j.cols, t.cols)
	if err := j.Multiply.MulT(j.scores[:m*n], j.rows[:m*dim], j.cols[:n*dim], m, n, dim); err != nil {
		return err
	}
	for lo := 0; lo < m; lo += stripRows {
		j.strip(t, lo, min(lo+stripRows, m))
	}
	return nil
}

// sketched enters the pairs of a tile whose sketches are near. A tile of a crowd has so
// many that it is better multiplied: then it returns false.
func (j *vectorJoin) sketched(t tile) bool {
	j.sketches = j.Sketches.gather(j.sketches, t.cols)
	found := make([][]hit, (len(t.rows)+stripRows-1)/stripRows)
	inParallel(len(found), func(k int) {
		lo := k * stripRows
		rows := t.rows[lo:min(lo+stripRows, len(t.rows))]
		most := len(rows)*len(t.cols)/crowdedTile + 1
		hits := make([]hit, 0, 64)
		for r := 0; r < len(rows) && len(hits) < most; r++ {
			hits = j.Sketches.near(hits, rows[r], lo+r, j.sketches, most)
		}
		if found[k] = hits; len(hits) < most {
			found[k] = j.score(hits, t)
		}
	})
	for k, hits := range found {
		rows := min(stripRows, len(t.rows)-k*stripRows)
		if len(hits) > rows*len(t.cols)/crowdedTile {
			return false
		}
	}
	for _, hits := range found {
		for _, h := range hits {
			j.enter(h)
		}
	}
	return true
}

// crowdedTile is the pairs, for each near one, of a tile that is worth its sketches.
const crowdedTile = 24

// score computes the cosines of hits and leaves those that may count.
func (j *vectorJoin) score(hits []hit, t tile) []hit {
	low := j.Floor
	if j.Link != nil {
		low = min(low, j.LinkAt)
	}
	kept := hits[:0]
	for _, h := range hits {
		a, b := t.rows[h.a], t.cols[h.b]
		if !t.once(int(h.a), int(h.b)) {
			continue
		}
		if s := float32(j.v.Cosine(int(a), int(b))); s >= low {
			kept = append(kept, hit{min(a, b), max(a, b), s})
		}
	}
	return kept
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
