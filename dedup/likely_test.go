package dedup

import (
	"math/rand/v2"
	"slices"
	"sync/atomic"
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

// 3,000 pages of text in one type are all alike to descriptors and none to hashes: nobody
// asks every one of them about every other.
func TestPagesOfTextAskForNobody(t *testing.T) {
	const n = 3000
	rng := rand.New(rand.NewPCG(9, 9))
	s := &Scorer{Vectors: NewVectors(n, 8), Ground: make([]bool, n)}
	linked, crowded, asked := NewComponents(n), make([]bool, n), new(atomic.Int64)
	for i := range n {
		if err := s.Vectors.Set(i, []float32{1, 0, 0, 0, 0, 0, 0, .01 * rng.Float32()}); err != nil {
			t.Fatal(err)
		}
		s.Hashes, s.Ground[i], crowded[i] = append(s.Hashes, Hash(rng.Uint64())), true, true
		linked.Join(0, i)
	}
	groups := Cluster(Clustering{Threshold: .9, Crowded: crowded, Linked: linked, Rank: rng.Perm(n), Likely: s.Likely(Plain{}, .9, 4),
		Similarity: func(a, b int) float64 {
			asked.Add(1)
			return s.Similarity(a, b)
		}})
	if asked.Load() > 100*n || len(groups) > n/20 {
		t.Errorf("%d questions for %d clusters of %d pages", asked.Load(), len(groups), n)
	}
}
