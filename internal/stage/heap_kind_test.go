package stage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/runtimelib"
)

func TestDifferent(t *testing.T) {
	pairs := func(list ...[2]int) func(i, k int) bool {
		return func(i, k int) bool { return slices.Contains(list, [2]int{k, i}) }
	}
	for _, x := range []struct {
		what  string
		n     int
		alike func(i, k int) bool
		want  []int
	}{
		{"nothing is alike", 3, pairs(), []int{0, 1, 2}},
		{"two copies", 3, pairs([2]int{0, 2}), []int{0, 1}},
		{"three versions, of which two are far apart", 3, pairs([2]int{0, 1}, [2]int{1, 2}), []int{0}},
		{"a chain", 6, pairs([2]int{0, 1}, [2]int{1, 2}, [2]int{2, 3}, [2]int{3, 4}), []int{0, 1, 2, 3, 4, 5}},
		{"a chain and two copies", 7, pairs([2]int{0, 1}, [2]int{1, 2}, [2]int{2, 3}, [2]int{3, 4}, [2]int{5, 6}), []int{0, 1, 2, 3, 4, 5}},
	} {
		if got := different(x.n, x.alike); !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", x.what, got, x.want)
		}
	}
}

// Crude drawings in one style are much nearer to each other than photographs are. None is a
// copy of another, and the encoder that knows photographs must not be believed that they are.
func TestHeapOfOneKindIsNotJoined(t *testing.T) {
	t.Setenv(runtimelib.Env, orttest.Open(t).Path())
	h := newHeap(t)
	h.env.Home, h.env.Device = t.TempDir(), "cpu"
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range 70 {
		h.write(fmt.Sprintf("%02d.png", i), mustPNG(t, crude(rng)))
	}
	h.ingest()
	for _, q := range []Quality{Fast, Balanced, Best} {
		r := h.dedup(DedupOptions{Threshold: .9, Kind: catalog.CopyPair, Quality: q, HashDistance: 6})
		if r.Pairs > 0 || r.Removed > 0 {
			t.Errorf("%s: %d pairs, %d removed; strangers reach %.2f times as far", q, r.Pairs, r.Removed, *r.Stretch)
		}
	}
}

// crude draws a sky, a ground and some boxes.
func crude(rng *rand.Rand) *raster.Picture {
	const w, h = 160, 120
	p := raster.New(w, h)
	colour := func(most int) [3]byte {
		return [3]byte{byte(rng.IntN(most)), byte(rng.IntN(most)), byte(rng.IntN(most))}
	}
	fill := func(x0, y0, x1, y1 int, c [3]byte) {
		for y := y0; y < min(y1, h); y++ {
			for x := x0; x < min(x1, w); x++ {
				p.Set(x, y, c[0], c[1], c[2])
			}
		}
	}
	fill(0, 0, w, h, colour(230))
	fill(0, 40+rng.IntN(40), w, h, colour(200))
	for range 3 + rng.IntN(6) {
		x, y, side := rng.IntN(w), rng.IntN(h), 10+rng.IntN(30)
		fill(x, y, x+side, y+side, colour(256))
	}
	return p
}
