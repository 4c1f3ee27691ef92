package dedup

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestThroughThird(t *testing.T) {
	pairs := []Pair{
		{A: 0, B: 1, Similarity: .98}, {A: 0, B: 2, Similarity: .97}, // two edits of picture 0
		{A: 1, B: 2, Similarity: .2}, // that have little in common
		{A: 2, B: 3, Similarity: .4}, // not likely itself, so it speaks for nothing
		{A: 3, B: 4, Similarity: .9},
	}
	ThroughThird(pairs, nil)
	want := []float64{.98, .97, .98 * .97, .4, .9}
	for i, p := range pairs {
		if math.Abs(float64(p.Similarity)-want[i]) > 1e-6 {
			t.Errorf("%d and %d: %g, want %g", p.A, p.B, p.Similarity, want[i])
		}
	}
}

// Only one step is taken, and pictures that were made apart are not brought together.
func TestThroughThirdHasLimits(t *testing.T) {
	chain := []Pair{{A: 0, B: 1, Similarity: .9}, {A: 0, B: 2, Similarity: .1}, {A: 0, B: 3, Similarity: .1}, {A: 1, B: 2, Similarity: .9}, {A: 2, B: 3, Similarity: .9}}
	apart := slices.Clone(chain)
	ThroughThird(chain, nil)
	if got := chain[2].Similarity; got != .1 {
		t.Errorf("over two pictures: %g", got)
	}
	ThroughThird(apart, func(a, b int) bool { return a == 0 && b == 2 })
	if got := apart[1].Similarity; got != .1 {
		t.Errorf("made apart: %g", got)
	}
}

// No similarity falls, none passes the best product, and what is given decides, not
// the numbers that pictures have.
func TestThroughThirdProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 50 {
		const n = 12
		var s [n][n]float32
		var pairs []Pair
		for a := range n {
			for b := a + 1; b < n; b++ {
				s[a][b] = rng.Float32()
				s[b][a] = s[a][b]
				pairs = append(pairs, Pair{A: a, B: b, Similarity: s[a][b]})
			}
		}
		ThroughThird(pairs, nil)
		for _, p := range pairs {
			want := s[p.A][p.B]
			for k := range n {
				if x, y := s[p.A][k], s[k][p.B]; x >= likely && y >= likely && want < sure {
					want = max(want, x*y)
				}
			}
			if p.Similarity != want {
				t.Fatalf("%d and %d: %g, want %g", p.A, p.B, p.Similarity, want)
			}
		}
	}
}
