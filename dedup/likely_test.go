package dedup

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Nobody at the threshold is left out, whether vectors or hashes put them there, and
// most of the others are.
func TestLikelyLeavesNobodyOut(t *testing.T) {
	const n, threshold = 300, .8
	rng := rand.New(rand.NewPCG(8, 8))
	s := &Scorer{Vectors: cloud(t, 8, n, 24), HashDistance: 6, Hash: func(bits int) float64 { return 1 - .05*float64(bits) }}
	for i := range n {
		h := Hash(rng.Uint64())
		if i%3 == 1 {
			h = s.Hashes[i-1].Orient(1+i%8) ^ 5
		}
		s.Hashes = append(s.Hashes, h)
	}
	s.Hashes[9] = 0
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for r, near := range s.Likely(Plain{}, threshold, 4)(all[:200], all) {
		if len(near) > n/4 || !slices.IsSorted(near) {
			t.Errorf("%d may be close to picture %d", len(near), r)
		}
		for _, i := range all {
			if i != r && s.Similarity(r, i) >= threshold && !slices.Contains(near, i) {
				t.Errorf("%d is left out for %d", i, r)
			}
		}
	}
}
