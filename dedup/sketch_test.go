package dedup

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func sketchesOf(t *testing.T, v *Vectors, at float32) *Sketches {
	t.Helper()
	s, err := NewSketches(context.Background(), v, at, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Pairs at the cosine that was asked for are found, crowds or not, and nothing that is
// not there; the same seed finds the same.
func TestSketchesFindWhatIsNear(t *testing.T) {
	v := cloud(t, 3, 4000, 24)
	join := VectorJoin{Nearest: 4000, Floor: .8, Block: 512}
	want := pairsOf(t, v, join)
	join.Sketches = sketchesOf(t, v, .8)
	got := pairsOf(t, v, join)
	exact := map[[2]int]bool{}
	for _, p := range want {
		exact[p] = true
	}
	for _, p := range got {
		if !exact[p] {
			t.Fatalf("pair %v is none", p)
		}
	}
	if len(want) < 500 || len(got) < len(want)*999/1000 {
		t.Errorf("%d of %d near pairs are found", len(got), len(want))
	}
	if !slices.Equal(got, pairsOf(t, v, join)) {
		t.Error("the same seed finds other pairs")
	}
}

// As many pairs are let through as Recall says.
func TestSketchesKnowTheirRecall(t *testing.T) {
	const dim, pairs, seeds = 32, 200, 20
	rng := rand.New(rand.NewPCG(4, 4))
	for _, cosine := range []float64{.5, .6, .7} {
		v := NewVectors(2*pairs, dim)
		for i := range pairs {
			a, b := direction(rng, dim, nil), make([]float32, dim)
			away := direction(rng, dim, a)
			for k := range b {
				b[k] = float32(cosine)*a[k] + float32(math.Sqrt(1-cosine*cosine))*away[k]
			}
			if v.Set(2*i, a) != nil || v.Set(2*i+1, b) != nil {
				t.Fatal("a vector is refused")
			}
		}
		found, says := 0.0, 0.0
		for seed := range uint64(seeds) {
			s, err := NewSketches(context.Background(), v, .75, seed, nil)
			if err != nil {
				t.Fatal(err)
			}
			says = s.Recall(float32(cosine))
			for i := range pairs {
				found += float64(len(s.near(nil, int32(2*i), 0, s.bits[2*i+1:2*i+2], 1)))
			}
		}
		if got := found / seeds / pairs; math.Abs(got-says) > .04 || says < .2 {
			t.Errorf("%.4f of the pairs at a cosine of %g are let through, Recall says %.4f", got, cosine, says)
		}
	}
}

// direction draws a row of length 1, at a right angle to another.
func direction(rng *rand.Rand, dim int, from []float32) []float32 {
	row := make([]float32, dim)
	for k := range row {
		row[k] = float32(rng.NormFloat64())
	}
	if from != nil {
		along := dot(row, from)
		for k := range row {
			row[k] -= along * from[k]
		}
	}
	scale := 1 / float32(math.Sqrt(float64(dot(row, row))))
	for k := range row {
		row[k] *= scale
	}
	return row
}

// A crowd is multiplied instead, and nothing of it is missing.
func TestSketchesOfACrowd(t *testing.T) {
	v := NewVectors(600, 16)
	rng := rand.New(rand.NewPCG(5, 5))
	for i := range 600 {
		row := make([]float32, 16)
		row[0] = 1
		row[1+rng.IntN(15)] = .05
		if err := v.Set(i, row); err != nil {
			t.Fatal(err)
		}
	}
	links := func(s *Sketches) (n int) {
		pairsOf(t, v, VectorJoin{Nearest: 8, Floor: .9, LinkAt: .95, Link: func(int, int) { n++ }, Sketches: s, Block: 256})
		return n
	}
	if got, want := links(sketchesOf(t, v, .9)), links(nil); got != want || want != 600*599/2 {
		t.Errorf("%d links, %d without sketches", got, want)
	}
}

// Near a right angle sketches tell nothing; sketches of other vectors are refused.
func TestSketchesMustFit(t *testing.T) {
	v := cloud(t, 1, 10, 4)
	if s := sketchesOf(t, v, .2); s != nil {
		t.Errorf("sketches for pairs at a cosine of .2 look at %.2f of all others", s.Recall(0))
	}
	if err := JoinVectors(context.Background(), cloud(t, 1, 9, 4), VectorJoin{Sketches: sketchesOf(t, v, .9)}, func(int, int) {}); err == nil {
		t.Error("sketches of 10 vectors are taken for 9")
	}
}
