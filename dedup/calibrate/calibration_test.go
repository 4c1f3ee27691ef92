package calibrate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// gumbel draws the cosine of a picture's nearest stranger among n.
func gumbel(rng *rand.Rand, n float64) float64 {
	return 0.2 + 0.03*math.Log(n/100) - 0.03*math.Log(-math.Log(1-rng.Float64()))
}

// copyScore draws the cosine of a copy.
func copyScore(rng *rand.Rand) float64 { return min(1, 0.75+0.15*rng.NormFloat64()) }

func fitted(t *testing.T, seed uint64) Calibration {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	e := Evidence{Among: 999, HashStrangers: make([]int, 65), Pictures: 1000, Seed: seed}
	for range 4000 {
		e.Copies = append(e.Copies, copyScore(rng))
		e.HashCopies = append(e.HashCopies, int(math.Abs(9*rng.NormFloat64())))
	}
	for range 1000 {
		e.Nearest = append(e.Nearest, gumbel(rng, 1000))
	}
	for d := range 17 { // the rest of ten million pairs is farther
		e.HashStrangers[d] = int(1e7 * math.Exp(-20+0.84*float64(d)))
	}
	e.HashStrangers[28] = 1e7
	c, err := Fit(e)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What the curve says is what happens, also in a catalogue of another size.
func TestCurveIsReliable(t *testing.T) {
	c := fitted(t, 1)
	for _, n := range []int{1000, 20_000} {
		curve := c.Curve(n)
		rng := rand.New(rand.NewPCG(9, uint64(n)))
		var pairs []Judged
		for range 60_000 {
			pairs = append(pairs, Judged{curve.At(copyScore(rng)), true, Prior}, Judged{curve.At(gumbel(rng, float64(n))), false, 1 - Prior})
		}
		for _, b := range Reliability(pairs, []float64{0, .2, .5, .8, .95, 1}) {
			if math.Abs(b.Predicted-b.Observed) > 0.08 {
				t.Errorf("%d images: of pairs between %g and %g, %.3f are copies, predicted %.3f", n, b.Low, b.High, b.Observed, b.Predicted)
			}
		}
	}
}

func TestCurveRisesAndInverts(t *testing.T) {
	c := fitted(t, 2)
	for _, n := range []int{1, 2, 500, 1_000_000} {
		curve := c.Curve(n)
		last := -1.0
		for s := -1.0; s <= 1; s += 0.001 {
			p := curve.At(s)
			if !(p > last && p >= 0 && p <= 1) {
				t.Fatalf("%d images: chance %g at %g after %g", n, p, s, last)
			}
			last = p
		}
		for _, p := range []float64{.05, .5, .9, .99} {
			if got := curve.At(curve.Inverse(p)); math.Abs(got-p) > 1e-9 {
				t.Errorf("%d images: At(Inverse(%g)) = %g", n, p, got)
			}
		}
	}
	if got := c.Curve(100).At(math.NaN()); got != 0 {
		t.Errorf("chance %g at NaN", got)
	}
}

func TestLargerCataloguesAskForMore(t *testing.T) {
	c := fitted(t, 3)
	last := 0.0
	for _, n := range []int{100, 1000, 10_000, 100_000} {
		at := c.Curve(n).Inverse(.9)
		if at <= last {
			t.Errorf("%d images: copies from %g on, from %g in a smaller catalogue", n, at, last)
		}
		last = at
		curve := c.HashCurve(n)
		for d := 1; d < len(curve); d++ {
			if curve[d] > curve[d-1] {
				t.Errorf("%d images: chance %g at %d bits, %g at %d", n, curve[d], d, curve[d-1], d-1)
			}
		}
	}
	if small, large := c.HashCurve(1000)[6], c.HashCurve(1_000_000)[6]; small < .8 || large > .5 {
		t.Errorf("6 bits: chance %g among 1,000 and %g among 1,000,000", small, large)
	}
}

// Copies that nobody knew of are the nearest "strangers" of their pictures.
func TestUnknownCopiesDoNotSpoilTheTail(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	e := Evidence{Among: 999}
	for i := range 1000 {
		e.Copies = append(e.Copies, copyScore(rng))
		e.Nearest = append(e.Nearest, gumbel(rng, 1000))
		if i%10 == 0 {
			e.Nearest[i] = .97
		}
	}
	clean := e
	clean.Nearest = slices.Clone(e.Nearest)
	for i := range clean.Nearest {
		if i%10 == 0 {
			clean.Nearest[i] = gumbel(rng, 1000)
		}
	}
	a, err := Fit(e)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(clean)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := a.Curve(1000).Inverse(.9), b.Curve(1000).Inverse(.9); math.Abs(x-y) > 0.05 {
		t.Errorf("copies from %g on with unknown copies, from %g on without", x, y)
	}
}

func TestLookalikesAskForMoreThanStrangers(t *testing.T) {
	c := fitted(t, 5)
	if a, b := c.LookalikeCurve().Inverse(.5), c.Curve(1000).Inverse(.5); a < b+.1 {
		t.Errorf("of one prompt, copies are likely from %g on; of strangers from %g", a, b)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	e := Evidence{Among: 99}
	for range 100 {
		e.Copies, e.Nearest = append(e.Copies, copyScore(rng)), append(e.Nearest, gumbel(rng, 100))
		e.Lookalikes = append(e.Lookalikes, .9+gumbel(rng, 100)/10)
	}
	got, err := Fit(e)
	if err != nil {
		t.Fatal(err)
	}
	if got.Lookalikes.Location < .9 {
		t.Errorf("look-alikes near .92 have their mode at %g", got.Lookalikes.Location)
	}
}

func TestFitNeedsEnough(t *testing.T) {
	if _, err := Fit(Evidence{Among: 5}); err == nil || !strings.Contains(err.Error(), "too few") {
		t.Errorf("error %v, want one that says too few", err)
	}
	e := Evidence{Among: 5, Copies: make([]float64, 30), Nearest: make([]float64, 30)}
	e.Copies[3] = math.NaN()
	if _, err := Fit(e); err == nil {
		t.Error("NaN is accepted")
	}
	e.Copies[3] = 0 // all the same: no spread to fit, but a curve all the same
	c, err := Fit(e)
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Curve(10).At(.9); !(p >= 0 && p <= 1) {
		t.Errorf("chance %g", p)
	}
}

func TestMonotone(t *testing.T) {
	c := monotone([]float64{0, 1, 2, 3, 4}, []float64{0, 3, 1, 2, 9})
	want := []float64{0, 2 + leastRise, 2 + 2*leastRise, 2 + 3*leastRise, 9 + 4*leastRise}
	for i := range want {
		if math.Abs(c.Odds[i]-want[i]) > 1e-12 {
			t.Errorf("odds %v, want %v", c.Odds, want)
			break
		}
	}
}
