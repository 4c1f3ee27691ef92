package dedup

import (
	"math"
	"testing"
)

func scorer(t *testing.T) *Scorer {
	t.Helper()
	v := NewVectors(4, 2)
	for i, row := range [][]float32{{1, 0}, {.8, .6}, {0, 1}} { // the fourth is missing
		if err := v.Set(i, row); err != nil {
			t.Fatal(err)
		}
	}
	h := Hash(0x9e3779b97f4a7c15)
	return &Scorer{
		Vectors: v, Hashes: []Hash{h, h.Orient(6) ^ 0b11, h ^ 0xffff, h}, HashDistance: 6,
		Hash: func(d int) float64 { return 1 - float64(d)/10 },
	}
}

func TestScorerTakesTheStrongerEvidence(t *testing.T) {
	s := scorer(t)
	for _, c := range []struct {
		a, b        int
		similarity  float64
		kinds       string
		distance    int
		orientation int
	}{
		{0, 1, .8, "hash+vit", 2, 8}, // cosine .8, hash .8
		{1, 0, .8, "hash+vit", 2, 8},
		{0, 2, 0, "vit", 16, 1},
		{0, 3, 1, "hash", 0, 1}, // no embedding
	} {
		p := s.Pair(c.a, c.b)
		if p.A >= p.B || math.Abs(float64(p.Similarity)-c.similarity) > 1e-3 || p.Kinds.String() != c.kinds ||
			p.HashDistance != c.distance || p.Orientation != c.orientation {
			t.Errorf("pair of %d and %d: %+v (%s), want %+v", c.a, c.b, p, p.Kinds, c)
		}
	}
	if p := s.Pair(0, 3); !math.IsNaN(float64(p.Cosine)) {
		t.Errorf("cosine %g with a missing embedding, want NaN", p.Cosine)
	}
}

func TestScorerIsStrictWithWhatWasMadeApart(t *testing.T) {
	s := scorer(t)
	s.Apart = func(a, b int) func(float64) float64 { return func(c float64) float64 { return c / 2 } }
	if p := s.Pair(0, 1); math.Abs(float64(p.Similarity)-.4) > 1e-3 || p.Kinds != ByViT {
		t.Errorf("%+v: near hashes count, or the usual curve does", p)
	}
	if p := s.Pair(0, 3); p.Similarity != 1 {
		t.Errorf("%+v: equal hashes are a copy all the same", p)
	}
}

// Two pictures that a generator made from the same noise: hashes close, embeddings
// as far apart as any two strangers'.
func TestHashesThatEmbeddingsContradictDoNotCount(t *testing.T) {
	for _, c := range []struct {
		name        string
		bits        uint64 // of the hashes' difference
		orientation int
		cosine      float32
		counts      bool
	}{
		{"stranger", 0b11, 1, .2, false},
		{"copy", 0b11, 1, .3, true},
		{"equal hashes", 0, 1, .2, true},
		{"turned copy", 0b11, 6, .2, true},
		{"turned stranger", 0b11, 6, .05, false},
	} {
		v := NewVectors(2, 2)
		h := Hash(0x9e3779b97f4a7c15)
		sine := float32(math.Sqrt(float64(1 - c.cosine*c.cosine)))
		for i, row := range [][]float32{{1, 0}, {c.cosine, sine}} {
			if err := v.Set(i, row); err != nil {
				t.Fatal(err)
			}
		}
		s := &Scorer{
			Vectors: v, Hashes: []Hash{h, h.Orient(c.orientation) ^ Hash(c.bits)}, HashDistance: 6,
			Hash: func(int) float64 { return .95 },
		}
		if p := s.Pair(0, 1); (p.Kinds&ByHash != 0) != c.counts {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}
