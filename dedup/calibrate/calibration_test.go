package calibrate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// stranger draws the cosine of two strangers: normal, so its tail bends.
func stranger(rng *rand.Rand) float64 { return 0.08 * rng.NormFloat64() }

// nearestOf draws the cosine of the nearest of n strangers.
func nearestOf(rng *rand.Rand, n int) float64 {
	// The chance that all are under x is u; that one is beyond is 1 - u^(1/n).
	beyond := -math.Expm1(math.Log(rng.Float64()) / float64(n))
	return 0.08 * math.Sqrt2 * math.Erfinv(1-2*beyond)
}

// anyCopy draws the cosine of a copy as a heap has them: two in a hundred are of kinds
// that no edit stands for, and lie anywhere.
func anyCopy(rng *rand.Rand) float64 {
	if rng.Float64() < unthought {
		return 2*rng.Float64() - 1
	}
	return copyScore(rng)
}

// copyScore draws the cosine of a copy.
func copyScore(rng *rand.Rand) float64 { return min(1, 0.75+0.15*rng.NormFloat64()) }

func evidence(seed uint64) Evidence {
	rng := rand.New(rand.NewPCG(seed, 2))
	e := Evidence{HashStrangers: make([]int, 65), Pictures: 1000, Seed: seed}
	for range 4000 {
		e.Copies = append(e.Copies, copyScore(rng))
		e.HashCopies = append(e.HashCopies, int(math.Abs(9*rng.NormFloat64())))
	}
	for range 2_000_000 {
		e.Strangers.Add(stranger(rng))
	}
	for d := range 17 { // the rest of ten million pairs is farther
		e.HashStrangers[d] = int(1e7 * math.Exp(-20+0.84*float64(d)))
	}
	e.HashStrangers[28] = 1e7
	return e
}

func fitted(t *testing.T, seed uint64) Calibration {
	t.Helper()
	c, err := Fit(evidence(seed))
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
		for range 200_000 {
			pairs = append(pairs, Judged{curve.At(anyCopy(rng)), true, Prior}, Judged{curve.At(nearestOf(rng, n-1)), false, 1 - Prior})
		}
		for _, b := range Reliability(pairs, []float64{0, .2, .5, .8, .95, 1}) {
			// The tail beyond the counts is heavier than the true one, and its power the least
			// that is likely: too careful is allowed.
			if b.Observed < b.Predicted-0.05 || b.Observed > b.Predicted+0.25 {
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
			if !(p > last || p > 1-1e-12 && p >= last) || p < 0 || p > 1 {
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

// Copies that nobody knew of are told from the cosines of a sample.
func TestSuspectFrom(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var cosines []float64
	for range 45_000 { // pairs of 300 pictures
		cosines = append(cosines, stranger(rng))
	}
	clean := SuspectFrom(cosines)
	for range 30 {
		cosines = append(cosines, copyScore(rng))
	}
	if got := SuspectFrom(cosines); math.Abs(got-clean) > 0.05 || got < 0.35 || got > 0.6 {
		t.Errorf("suspect from %.3f on with copies among the pictures, from %.3f on without", got, clean)
	}
	if got := SuspectFrom([]float64{.1, .2}); got != 1 {
		t.Errorf("two pairs say that %g is suspect", got)
	}
}

func TestTailCountsAndThenFollowsAPower(t *testing.T) {
	c := evidence(6)
	tail := fitTail(c.Strangers)
	for _, x := range []float64{0, .1, .2, .3, .36} {
		want := math.Log(math.Erfc(x/0.08/math.Sqrt2) / 2)
		if got, slope := tail.log(x); math.Abs(got-want) > 0.35 || slope >= 0 {
			t.Errorf("chance of %g or more: e^%.2f with slope %.1f, want e^%.2f", x, got, slope, want)
		}
	}
	last := 1.0
	for x := -1.0; x < 1; x += .003 {
		got, _ := tail.log(x)
		if got > last {
			t.Fatalf("the chance rises to e^%.2f at %g", got, x)
		}
		last = got
	}
}

// powerful draws a cosine that is over x, of 0.2 or more, with a chance that falls like
// (1-x)^9: so are the strangers of photographs (docs/dedup.md).
func powerful(rng *rand.Rand) float64 { return 1 - 0.8*math.Pow(rng.Float64(), 1.0/9) }

// The power is a lower bound: rarely more than the true one, and not much less.
func TestPowerIsALowerBound(t *testing.T) {
	const samples, truth = 100, 9.0
	over, sum := 0, 0.0
	for seed := range uint64(samples) {
		rng := rand.New(rand.NewPCG(7, seed))
		var h Histogram
		for range 5_000 {
			h.Add(powerful(rng))
		}
		k := fitTail(h).Power
		sum += k
		if k > truth {
			over++
		}
	}
	if over > 4 { // one in 100 is expected; more than four are there once in 300 times
		t.Errorf("%d of %d powers are over the true one", over, samples)
	}
	if mean, want := sum/samples, truth*(1-doubt/math.Sqrt(telling)); math.Abs(mean-want) > 0.3 {
		t.Errorf("a power of %.2f on average, want %.2f", mean, want)
	}
}

// More pairs never make an estimate less sure, and enough of them have the whole bound.
func TestDeductionFallsWithPairs(t *testing.T) {
	last := math.Inf(1)
	for n := 10.0; n < 2000; n *= 1.1 {
		d := deduction(n)
		if d > last || d < 1/math.Sqrt(n) || n >= telling && math.Abs(d*math.Sqrt(n)-doubt) > 1e-9 {
			t.Errorf("of %.0f pairs %.3f is taken off, of fewer %.3f", n, d, last)
		}
		last = d
	}
}

// Beyond what can be counted the tail falls no faster than it should, and one pair that is
// nearer than all others, a picture that was there twice, hardly bends it.
func TestTailIsNotBentByOnePair(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	var h Histogram
	for range 50_000 {
		h.Add(powerful(rng))
	}
	plain := fitTail(h)
	h.Add(0.95)
	bent := fitTail(h)
	for _, x := range []float64{0.7, 0.8, 0.9} {
		want := 9 * math.Log((1-x)/0.8)
		if got, _ := plain.log(x); got < want-0.3 || got > want+2.4 { // beyond the truth, by 4 standard errors
			t.Errorf("chance of %g or more: e^%.2f, want e^%.2f", x, got, want)
		}
		a, _ := plain.log(x)
		if b, _ := bent.log(x); math.Abs(a-b) > 0.05*math.Abs(a) {
			t.Errorf("chance of %g or more: e^%.2f, and e^%.2f with one near pair", x, a, b)
		}
	}
}

// The versions of two pictures are one pair of pictures: edits add no evidence.
func TestVersionsOfAPairAreOnePair(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	var once, often Histogram
	for range 20_000 {
		x := powerful(rng)
		once.Add(x)
		for range 16 {
			often.AddPart(x, 1.0/16)
		}
	}
	a, b := fitTail(once), fitTail(often)
	if math.Abs(a.Power-b.Power) > 1e-6 || len(a.Log) != len(b.Log) {
		t.Errorf("power %g of %d counts, and %g of %d where each pair is there in 16 versions", a.Power, len(a.Log), b.Power, len(b.Log))
	}
}

// A calibration that an earlier version has stored goes on as a line.
func TestTailOfAnEarlierVersion(t *testing.T) {
	tail := Tail{Step: 0.01, Log: []float64{0, -1, -2}, Slope: -20}
	if got, slope := tail.log(0.12); math.Abs(got+4) > 1e-9 || slope != -20 {
		t.Errorf("e^%g with slope %g, want e^-4 and -20", got, slope)
	}
}

func TestLookalikesAskForMoreThanStrangers(t *testing.T) {
	c := fitted(t, 5)
	if a, b := c.LookalikeCurve().Inverse(.5), c.Curve(1000).Inverse(.5); a < b+.1 {
		t.Errorf("of one prompt, copies are likely from %g on; of strangers from %g", a, b)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	e := evidence(5)
	for range 100 {
		e.Lookalikes = append(e.Lookalikes, .9+stranger(rng)/4)
	}
	got, err := Fit(e)
	if err != nil {
		t.Fatal(err)
	}
	if got.Lookalikes.Location < .85 {
		t.Errorf("look-alikes near .9 have their mode at %g", got.Lookalikes.Location)
	}
}

func TestFitNeedsEnough(t *testing.T) {
	if _, err := Fit(Evidence{}); err == nil || !strings.Contains(err.Error(), "too few") {
		t.Errorf("error %v, want one that says too few", err)
	}
	e := Evidence{Copies: make([]float64, 30)}
	for range 200 {
		e.Strangers.Add(0)
	}
	c, err := Fit(e) // all the same: no spread to fit, but a curve all the same
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Curve(10).At(.9); !(p >= 0 && p <= 1) {
		t.Errorf("chance %g", p)
	}
	e.Copies[3] = math.NaN()
	if _, err := Fit(e); err == nil {
		t.Error("NaN is accepted")
	}
}

func TestGumbelFindsWhatItIsDrawnFrom(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	var nearest []float64
	for range 3000 {
		nearest = append(nearest, 0.3-0.05*math.Log(-math.Log(rng.Float64())))
	}
	for range 300 { // copies that nobody knew of
		nearest = append(nearest, .98)
	}
	g := FitGumbel(nearest, 999)
	if math.Abs(g.Location-.3) > .02 || math.Abs(g.Scale-.05) > .015 {
		t.Errorf("%+v, want location .3 and scale .05", g)
	}
	curve := g.Curve(1000)
	if p := curve.At(.3); math.Abs(p-math.Exp(-1)) > .1 {
		t.Errorf("chance %g at the mode, want 1/e", p)
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

func TestCalibrationOfAnotherVersionIsRefused(t *testing.T) {
	fitted := Calibration{Version: CalibrationVersion, Strangers: Tail{Step: .01, Log: []float64{-1}}}
	if err := fitted.Check(); err != nil {
		t.Error(err)
	}
	old, empty := fitted, fitted
	old.Version--
	empty.Strangers = Tail{}
	for _, c := range []Calibration{old, empty, {}} {
		if c.Check() == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}

// largest is the number of images among which an encoder's cosines still tell copies:
// for one layer alone 100,000. Among more, only hashes do (docs/dedup.md).
func largest(e entry) int {
	if e.Layers == "7" {
		return 100_000
	}
	return 1_000_000
}

// The calibrations inside the binary are of this version, and ask for more in a
// larger catalogue.
func TestKnownCalibrations(t *testing.T) {
	list, err := knownList()
	if err != nil || len(list) < 2 {
		t.Fatalf("%d known calibrations, %v", len(list), err)
	}
	for _, e := range list {
		m, ok, err := Known(e.Key)
		if err != nil || !ok {
			t.Fatalf("%s: %v %v", e.File, ok, err)
		}
		few, many := m.Calibration.Curve(1000).Inverse(.9), m.Calibration.Curve(largest(e)).Inverse(.9)
		if !(few > .4 && few < many && many < 1) {
			t.Errorf("%s: cosine %.3f stands for 0.9 among a thousand, %.3f in a large heap", e.File, few, many)
		}
	}
}
