package calibrate

import (
	"math"
	"testing"
)

// known is the calibration of the standard encoder at a resolution.
func known(t *testing.T, px int) Calibration {
	t.Helper()
	list, err := knownList()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Resolution == px {
			m, ok, err := Known(e.Key)
			if err != nil || !ok {
				t.Fatalf("%+v: %v, %v", e.Key, ok, err)
			}
			return m.Calibration
		}
	}
	t.Skipf("no calibration is known at %d px", px)
	return Calibration{}
}

func TestSimilarCurve(t *testing.T) {
	c := known(t, 224)
	at := func(images int, onePrompt bool) float64 { return c.SimilarCurve(images, onePrompt).Inverse(.9) }
	switch one, other := at(10_000, true), at(10_000, false); {
	case !(one < other):
		t.Errorf("two pictures of one prompt have to reach %.3f, any others %.3f", one, other)
	case !(at(100_000, false) > other):
		t.Error("in a larger heap pictures have to be nearer to be similar, since strangers are")
	case !(other < c.Curve(10_000).Inverse(.9)+.15):
		t.Errorf("similar pictures have to reach %.3f, copies %.3f", other, c.Curve(10_000).Inverse(.9))
	}
}

// The odds are what the labelled pairs asked for: as many to k as there are strangers k.
func TestSimilarOdds(t *testing.T) {
	c := known(t, 224)
	const images = 10_001
	x := c.SimilarFrom(images, 1)
	curve := c.SimilarCurve(images, true)
	if odds := curve.At(x) / (1 - curve.At(x)); math.Abs(math.Log(odds/similarOddsOfPrompt)) > .35 {
		t.Errorf("where one stranger is as near the odds are %.2f, want %.2f or a little more", odds, similarOddsOfPrompt)
	}
	if lower := c.SimilarFrom(images, 5); !(lower < x) {
		t.Errorf("five strangers are as near as %.3f, one as %.3f", lower, x)
	}
}
