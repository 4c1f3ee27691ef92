package calibrate

import (
	"slices"
	"testing"
)

// Distinct pairs above the threshold raise it, pairs that are the same below it lower
// it, and the more there are the more.
func TestVerdictsMoveTheThreshold(t *testing.T) {
	at := func(v Verdicts) float64 {
		e := evidence(10)
		v.Images = 2000
		e.Verdicts = v
		c, err := Fit(e)
		if err != nil {
			t.Fatal(err)
		}
		return c.Curve(2000).Inverse(.9)
	}
	plain := at(Verdicts{})
	high, low := plain+.15, plain-.03
	if one, ten := at(Verdicts{Distinct: []float64{high}}), at(Verdicts{Distinct: slices.Repeat([]float64{high}, 10)}); !(one >= plain && ten > plain+.05 && ten >= one) {
		t.Errorf("threshold at %.3f; with a distinct pair at %.3f it is %.3f, with ten %.3f", plain, high, one, ten)
	}
	if ten := at(Verdicts{Same: slices.Repeat([]float64{low}, 10)}); !(ten < plain-.01) {
		t.Errorf("threshold at %.3f; with ten pairs at %.3f that are the same it is %.3f", plain, low, ten)
	}
	if far := at(Verdicts{Distinct: []float64{.05, .1}}); far != plain {
		t.Errorf("distinct pairs as far apart as strangers are move the threshold from %.3f to %.3f", plain, far)
	}
}
