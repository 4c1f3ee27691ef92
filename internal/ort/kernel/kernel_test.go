package kernel_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/internal/ort/kernel"
)

func random(r *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(r.NormFloat64())
	}
	return out
}

// TestAdam holds the step against its formula in float64, at lengths around those
// of vectors.
func TestAdam(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 3, 4, 5, 15, 16, 17, 31, 33, 1000} {
		w, g, m1, m2 := random(r, n), random(r, n), random(r, n), random(r, n)
		for i := range m2 {
			m2[i] *= m2[i]
		}
		want := make([]float64, n)
		s := kernel.Step{Scale: .5, Keep: .99, New1: .1, Keep2: .999, New2: .001, Size: .01, Root: 1.5, Eps: 1e-8}
		for i := range want {
			d := float64(g[i]) * .5
			a, b := float64(m1[i])+.1*(d-float64(m1[i])), .999*float64(m2[i])+.001*d*d
			want[i] = float64(w[i])*.99 - .01*a/(math.Sqrt(b)*1.5+1e-8)
		}
		kernel.Adam(w, g, m1, m2, s)
		for i := range want {
			if d := math.Abs(float64(w[i]) - want[i]); !(d <= 2e-6*(1+math.Abs(want[i]))) {
				t.Fatalf("%d weights, number %d: %v, want %v", n, i, w[i], want[i])
			}
		}
	}
}

func TestSquares(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 17, 4095, 4097, 10000} {
		x, want := random(r, n), 0.
		for _, v := range x {
			want += float64(v) * float64(v)
		}
		if got := kernel.Squares(x); math.Abs(got-want) > 1e-6*want {
			t.Errorf("%d numbers: %v, want %v", n, got, want)
		}
	}
}

func TestName(t *testing.T) {
	if kernel.Name() == "" {
		t.Error("the kernels in use have no name")
	}
}
