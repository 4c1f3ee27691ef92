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

// Classes that take turns, as a folder of each read in turn gives them, are in every fold; groups stay whole, and a class that has only one
// large group and small ones is spread as far as that goes.
func TestDealFoldsSpreadsEveryClass(t *testing.T) {
	const classes, folds = 5, 5
	var class, group []int
	for i := range 100 {
		class, group = append(class, i%classes), append(group, i)
	}
	for range 12 { // a group of twelve of class 0
		class, group = append(class, 0), append(group, 1000)
	}
	fold := DealFolds(class, group, folds)
	held, of := [folds][classes]int{}, map[int]int{}
	for i, k := range fold {
		if former, known := of[group[i]]; known && former != k {
			t.Fatalf("group %d is in folds %d and %d", group[i], former, k)
		}
		of[group[i]] = k
		held[k][class[i]]++
	}
	for k := range folds {
		for c := 1; c < classes; c++ {
			if held[k][c] != 4 {
				t.Errorf("fold %d has %d of the 20 pictures of class %d", k, held[k][c], c)
			}
		}
		if n := held[k][0]; n != 12 && n != 5 {
			t.Errorf("fold %d has %d pictures of class 0, want the twelve alone and five in each other", k, n)
		}
	}
}
