package metrics

import (
	"math"
	"testing"
)

// Values of scipy.stats.binomtest(min(a, b), a+b).pvalue.
func TestMcNemarAgreesWithSciPy(t *testing.T) {
	for _, c := range []struct {
		a, b int
		want float64
	}{{0, 0, 1}, {10, 3, 0.09228515625}, {3, 10, 0.09228515625}, {5, 5, 1}, {0, 8, 0.0078125}, {400, 350, 0.07350777405843484}, {2000, 1000, 1.0090148627940651e-75}} {
		if got := McNemar(c.a, c.b); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("%d, %d: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestComparingAClassifierWithItselfAndWithABetterOne(t *testing.T) {
	all := references(t)
	p := all[len(all)-1].predictions() // 300 pictures
	by := Sampling{Resamples: 400, Seed: 3}
	for name, d := range Compare(p, p, by) {
		if d.Change != 0 || d.P != 1 || d.CI != (Interval{}) {
			t.Errorf("%s against itself: %+v", name, d)
		}
	}
	better := p.Choose(nil)
	better.Label = p.Label
	for i, l := range p.Label {
		row := append([]float64{}, p.row(i)...)
		if i%3 == 0 {
			row = []float64{.1, .1}
			row[l] = .9
		}
		better.Prob = append(better.Prob, row...)
	}
	d := Compare(p, better, by)["accuracy"]
	if d.B <= d.A || !(d.CI[0] > 0 && d.CI[0] <= d.Change && d.Change <= d.CI[1]) || d.P > .01 {
		t.Errorf("a better one: %+v", d)
	}
	back := Compare(better, p, by)["accuracy"]
	if back.Change != -d.Change || math.Abs(float64(back.CI[0]+d.CI[1])) > 1e-12 || back.P != d.P {
		t.Errorf("the other way round: %+v, %+v", d, back)
	}
	wide := Compare(p, better, Sampling{Group: make([]int, len(p.Label)), Resamples: 20})["accuracy"]
	if wide.CI != (Interval{wide.Change, wide.Change}) {
		t.Errorf("a single group is always drawn whole: %+v", wide)
	}
}
