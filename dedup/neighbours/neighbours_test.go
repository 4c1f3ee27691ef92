package neighbours

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/dedup"
)

// crowd is n random pictures around one direction, and some far from it; each a group of its own.
func crowd(n int, odd ...int) Heap {
	rng := rand.New(rand.NewPCG(3, 4))
	h := Heap{Dim: 16}
	for i := range n {
		for k := range h.Dim {
			v := rng.NormFloat64()
			if k == 0 {
				v += 6
			}
			for _, o := range odd {
				if o == i && k < 2 {
					v = []float64{-8, 9}[k]
				}
			}
			h.Rows = append(h.Rows, float32(v))
		}
		h.Group = append(h.Group, i)
	}
	h.Scale()
	return h
}

// oddness scores a heap.
func oddness(t *testing.T, h Heap) []Oddness {
	t.Helper()
	return Outliers(nearest(t, h, 10))
}

func nearest(t *testing.T, h Heap, k int) [][]Neighbour {
	t.Helper()
	lists, err := h.Nearest(t.Context(), k, dedup.Plain{}, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	return lists
}

// What Nearest finds is what looking at every pair finds: the nearest of each other group, in order.
func TestNearestIsExact(t *testing.T) {
	h := crowd(block + 50)
	for i := range h.Group {
		h.Group[i] = i % 40
	}
	const k = 5
	for i, list := range nearest(t, h, k) {
		best := map[int]float64{}
		for j := range h.Group {
			if h.Group[j] == h.Group[i] {
				continue
			}
			c := 0.0
			for d, v := range h.row(i, i+1) {
				c += float64(v) * float64(h.row(j, j+1)[d])
			}
			if old, ok := best[h.Group[j]]; !ok || c > old {
				best[h.Group[j]] = c
			}
		}
		seen := map[int]bool{}
		for x, n := range list {
			g := h.Group[n.Index]
			if seen[g] || math.Abs(best[g]-float64(n.Cosine)) > 1e-5 || x > 0 && nearer(n, list[x-1]) {
				t.Fatalf("picture %d: %v", i, list)
			}
			seen[g] = true
		}
		for g, c := range best {
			if !seen[g] && c > float64(list[k-1].Cosine)+1e-5 {
				t.Fatalf("picture %d lacks group %d at %g: %v", i, g, c, list)
			}
		}
	}
}

// wantOdd wants the odd ones above all others and beyond 0.999, and one in a hundred of the others beyond 0.99, or a few more.
func wantOdd(t *testing.T, h Heap, odd func(i int) bool) {
	t.Helper()
	highest, lowest, high := 0.0, 1.0, 0
	for i, o := range oddness(t, h) {
		switch {
		case odd(i):
			lowest = min(lowest, o.Score)
		default:
			highest = max(highest, o.Score)
			if o.Score > .99 {
				high++
			}
		}
	}
	if lowest < .999 || highest >= lowest || high > 3*h.Len()/100 {
		t.Errorf("the odd ones have %g and more, the others up to %g, %d of %d over 0.99", lowest, highest, high, h.Len())
	}
}

func TestOutliersStandOut(t *testing.T) {
	wantOdd(t, crowd(300), func(int) bool { return false })
	wantOdd(t, crowd(300, 7, 100), func(i int) bool { return i == 7 || i == 100 })
}

// Copies of an odd picture do not hide it, once it is known that they are copies.
func TestCopiesDoNotHideAnOutlier(t *testing.T) {
	h := crowd(300, 7)
	for range 12 {
		h.Rows, h.Group = append(h.Rows, h.row(7, 8)...), append(h.Group, 7)
	}
	wantOdd(t, h, func(i int) bool { return h.Group[i] == 7 })
}

func TestSmallHeapsHaveNoOutliers(t *testing.T) {
	for _, n := range []int{0, 1, 2, Fewest - 1} {
		for i, o := range oddness(t, crowd(n, 0)) {
			if o.Score != 0 {
				t.Errorf("%d pictures: %d has %+v", n, i, o)
			}
		}
	}
	same := crowd(40)
	for i := range same.Rows {
		same.Rows[i] = same.Rows[i%same.Dim]
	}
	for i, o := range oddness(t, same) {
		if math.IsNaN(o.Score) || o.Score > .5 {
			t.Errorf("one picture 40 times: %d has %+v", i, o)
		}
	}
}
