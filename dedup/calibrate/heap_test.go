package calibrate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// heapOf draws the cosines of a heap's pairs: of every picture copies others, and
// strangers that reach so many times as far as those of the evidence.
func heapOf(rng *rand.Rand, images int, copies, stretch float64) (h Histogram) {
	for range int(float64(images) * copies / 2) {
		h.Add(copyScore(rng))
	}
	for range images * (images - 1) / 2 {
		h.Add(stretch * stranger(rng))
	}
	return h
}

func TestShareIsFoundAndBounded(t *testing.T) {
	c := fitted(t, 7)
	const images = 1500
	for _, test := range []struct{ copies, want float64 }{{0, LeastShare}, {.01, LeastShare}, {.12, .107}, {.25, .2}, {10, MostShare}} {
		rng := rand.New(rand.NewPCG(7, 7))
		got := c.Share(images, heapOf(rng, images, test.copies, 1), c.Nearest(images))
		if math.Abs(got-test.want) > .04 {
			t.Errorf("%g copies a picture: share %.3f, want %.3f", test.copies, got, test.want)
		}
	}
	if got := c.Share(1, nil, .5); got != LeastShare {
		t.Errorf("one image: share %g", got)
	}
}

// Strangers that reach farther are told from copies, also where each picture has one.
func TestStretchIsFound(t *testing.T) {
	c := fitted(t, 8)
	const pictures = 400
	for _, copies := range []float64{0, .5} {
		for _, want := range []float64{1, 1.5, 2} {
			rng := rand.New(rand.NewPCG(8, 8))
			got := c.Stretch(heapOf(rng, pictures, copies, want), pictures, .6)
			if got < want-.15 || got > want+.25 {
				t.Errorf("%g copies a picture, strangers stretched by %g: found %.2f", copies, want, got)
			}
		}
	}
	if got := c.Stretch(nil, 0, .6); got != 1 {
		t.Errorf("no pair: stretch %g", got)
	}
}

// More copies make a pair likelier to be one; strangers that reach farther make it
// less likely.
func TestCurveInAHeap(t *testing.T) {
	c := fitted(t, 9)
	at := func(h Heap) float64 { return c.In(h).Curve(2000).Inverse(.9) }
	if same := at(Heap{Share: Prior, Stretch: 1}); same != at(Heap{}) {
		t.Errorf("a heap that nothing is known of asks for %g, one as assumed for %g", at(Heap{}), same)
	}
	if !(at(Heap{Share: .5}) < at(Heap{}) && at(Heap{}) < at(Heap{Share: LeastShare})) {
		t.Error("more copies do not make a pair likelier to be one")
	}
	if !(at(Heap{Stretch: 1.5}) > at(Heap{})+.1) {
		t.Error("strangers that reach farther do not make a pair less likely to be a copy")
	}
	if few, many := c.In(Heap{Share: LeastShare}).HashCurve(2000), c.In(Heap{Share: MostShare}).HashCurve(2000); few[6] >= many[6] {
		t.Errorf("six bits mean a copy with chance %g among few copies and %g among many", few[6], many[6])
	}
}
