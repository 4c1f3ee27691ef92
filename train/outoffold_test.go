package train

import (
	"math/rand/v2"
	"testing"
)

// Two clouds with some labels swapped: what the others say of a picture finds the swapped ones.
func TestOutOfFoldFindsSwappedLabels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	f := Features{Dim: 3}
	var fold, truth []int
	for i := range 200 {
		c := i % 2
		truth = append(truth, c)
		for k := range f.Dim {
			f.Rows = append(f.Rows, float32(rng.NormFloat64()+float64(4*c*(k%2))))
		}
		if i%20 == 0 {
			c = 1 - c
		}
		f.Label, fold = append(f.Label, c), append(fold, i%5)
	}
	p, err := OutOfFold(t.Context(), f, 2, fold, .01, 2)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i, c := range truth {
		if s := p[2*i] + p[2*i+1]; s < .999 || s > 1.001 {
			t.Fatalf("chances of picture %d sum to %g", i, s)
		}
		if p[2*i+c] < .5 {
			wrong++
		}
	}
	if wrong > 10 {
		t.Errorf("%d of %d judged wrongly", wrong, len(truth))
	}
	if _, err := OutOfFold(t.Context(), f, 2, make([]int, 200), .01, 2); err == nil {
		t.Error("one fold only: no error")
	}
	if _, err := OutOfFold(t.Context(), f, 2, fold[:9], .01, 2); err == nil {
		t.Error("too few folds: no error")
	}
}
