package train

import (
	"context"
	"errors"
	"math"
	"testing"
)

// A probe that has learnt from all says the same through Without, and one that has not
// seen a cloud of pictures takes them for the class that lies nearer.
func TestWithoutWhatWasLeftOut(t *testing.T) {
	j := probe(t, "vit", 2)
	r, err := Probe(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	all := func(n int) []bool {
		out := make([]bool, n)
		for i := range out {
			out[i] = true
		}
		return out
	}
	keepTrain, keepVal := all(len(j.Train.Label)), all(len(j.Val.Label))
	p, threshold, err := Without(context.Background(), *j, keepTrain, keepVal, j.Val)
	if err != nil || threshold <= 0 || threshold >= 1 {
		t.Fatal(threshold, err)
	}
	for i := range p.Prob {
		if math.Abs(p.Prob[i]-r.Judged.Prob[i]) > 1e-6 {
			t.Fatalf("answer %d is %v, the probe's own %v", i, p.Prob[i], r.Judged.Prob[i])
		}
	}
	for i, l := range j.Train.Label {
		keepTrain[i] = l == 0
	}
	if _, _, err := Without(context.Background(), *j, keepTrain, keepVal, j.Val); !errors.Is(err, ErrOneClass) {
		t.Errorf("one class alone: %v", err)
	}
}
