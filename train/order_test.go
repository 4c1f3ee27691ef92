package train

import (
	"fmt"
	"slices"
	"testing"
)

// uneven is so many examples of each class.
func uneven(counts ...int) []Example {
	var out []Example
	for label, n := range counts {
		for i := range n {
			out = append(out, Example{ID: fmt.Sprintf("%d-%d", label, i), Label: label})
		}
	}
	return out
}

func TestBalancedTakesClassesEqually(t *testing.T) {
	for _, counts := range [][]int{{10, 90}, {1, 99, 7}, {50, 50}, {0, 3, 8}} {
		all := uneven(counts...)
		for epoch := range 3 {
			got := Even(all, 42, epoch)
			if len(got) != len(all) {
				t.Fatalf("%v: %d of %d examples", counts, len(got), len(all))
			}
			perClass, times := map[int]int{}, map[string]int{}
			seen := map[Example]bool{}
			for _, e := range got {
				perClass[e.Label]++
				times[e.ID]++
				if seen[e] {
					t.Errorf("%v: %+v twice", counts, e)
				}
				seen[e] = true
			}
			if least, most := extremes(perClass); most-least > 1 {
				t.Errorf("%v: %v of the classes", counts, perClass)
			}
			for label, n := range counts {
				taken := map[string]int{}
				for i := range n {
					id := fmt.Sprintf("%d-%d", label, i)
					taken[id] = times[id]
				}
				if least, most := extremes(taken); most-least > 1 {
					t.Errorf("%v: examples of class %d are taken %d to %d times", counts, label, least, most)
				}
			}
		}
	}
}

func extremes[K comparable](m map[K]int) (least, most int) {
	first := true
	for _, n := range m {
		if first {
			least, most, first = n, n, false
		}
		least, most = min(least, n), max(most, n)
	}
	return least, most
}

func TestBalancedFollowsFromSeedAndEpoch(t *testing.T) {
	all := uneven(5, 20)
	a := Even(all, 42, 3)
	if !slices.Equal(a, Even(all, 42, 3)) {
		t.Error("the same epoch in another order")
	}
	if slices.Equal(a, Even(all, 42, 4)) || slices.Equal(a, Even(all, 43, 3)) {
		t.Error("another epoch or seed in the same order")
	}
}
