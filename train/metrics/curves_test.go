package metrics

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
)

func TestCurvesAndThresholdsEqualScikitLearns(t *testing.T) {
	for _, r := range references(t) {
		p := r.predictions()
		if len(p.Classes) != 2 {
			continue
		}
		for name, c := range map[string]struct {
			got  []CurvePoint
			want [2][]float64
		}{"ROC": {p.ROC(p.Positive), r.ROC}, "PR": {p.PR(p.Positive), r.PR}} {
			if len(c.got) != len(c.want[0]) {
				t.Fatalf("%s, %s: %d points, want %d", r.Name, name, len(c.got), len(c.want[0]))
			}
			for i, q := range c.got {
				if !near(q.X, c.want[0][i]) || !near(q.Y, c.want[1][i]) {
					t.Errorf("%s, %s: point %d is %v, want %v %v", r.Name, name, i, q, c.want[0][i], c.want[1][i])
				}
			}
		}
		for at, want := range r.Balanced {
			threshold, err := strconv.ParseFloat(at, 64)
			if got := p.BalancedAccuracy(threshold); err != nil || !near(float64(got), want) {
				t.Errorf("%s: balanced accuracy at %s is %v, want %v", r.Name, at, got, want)
			}
		}
		if threshold, ok := p.BestThreshold(); !ok || !near(float64(p.BalancedAccuracy(threshold)), r.Best) {
			t.Errorf("%s: the threshold %v gives %v, the best is %v", r.Name, threshold, p.BalancedAccuracy(threshold), r.Best)
		}
	}
}

func TestTemperatureEqualsSciPys(t *testing.T) {
	for _, r := range references(t) {
		p := r.predictions()
		got, ok := p.Temperature()
		if !ok || math.Abs(got-r.Temperature) > 1e-6*r.Temperature {
			t.Errorf("%s: %v, want %v", r.Name, got, r.Temperature)
		}
		before, after := p.Score(), p.Tempered(got).Score()
		if after.Loss > before.Loss || after.Accuracy != before.Accuracy || len(p.Classes) == 2 && math.Abs(float64(after.AUC-before.AUC)) > 1e-9 {
			t.Errorf("%s: before %+v, after %+v", r.Name, before, after)
		}
		if r.Name == "surer than right" && !(after.ECE < before.ECE/2 && got > 1.5) {
			t.Errorf("three times too sure: temperature %v, calibration error %v, then %v", got, before.ECE, after.ECE)
		}
	}
}

func TestNoTemperatureWithoutMistakesOrPictures(t *testing.T) {
	p := &Predictions{Classes: []string{"real", "ai"}, Positive: 1, Label: []int{0, 1}, Prob: []float64{.6, .4, .2, .8}}
	none := &Predictions{Classes: p.Classes, Positive: 1}
	wrong := &Predictions{Classes: p.Classes, Positive: 1, Label: []int{1, 0}, Prob: p.Prob}
	for name, p := range map[string]*Predictions{"no mistake": p, "no pictures": none, "always wrong": wrong} {
		if got, ok := p.Temperature(); ok || got != 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestReliabilityIsTheCalibrationError(t *testing.T) {
	for _, r := range references(t) {
		p, ece, n := r.predictions(), 0., 0
		for _, b := range p.Reliability() {
			if b.Confidence < b.From-1e-9 || b.Confidence > b.To+1e-9 {
				t.Errorf("%s: %+v", r.Name, b)
			}
			ece += float64(b.N) / float64(len(p.Label)) * math.Abs(b.Accuracy-b.Confidence)
			n += b.N
		}
		if n != len(p.Label) || !near(ece, *r.Want["ece"]) {
			t.Errorf("%s: %d pictures, %v, want %v", r.Name, n, ece, *r.Want["ece"])
		}
	}
}

func shuffled(p *Predictions, seed uint64) *Predictions {
	return p.Choose(rand.New(rand.NewPCG(seed, 1)).Perm(len(p.Label)))
}

// Figures are of a set of pictures: their order plays no part.
func TestOrderDoesNotMatter(t *testing.T) {
	for _, r := range references(t) {
		p := r.predictions()
		want, threshold := p.Score(), Half
		if t, ok := p.BestThreshold(); ok {
			threshold = t
		}
		for seed := range uint64(5) {
			q := shuffled(p, seed)
			got := values(&[2]Scores{want, q.Score()})
			for name, v := range got {
				if !near(v[0], v[1]) {
					t.Errorf("%s: %s is %v, in another order %v", r.Name, name, v[0], v[1])
				}
			}
			if again, ok := q.BestThreshold(); ok && again != threshold {
				t.Errorf("%s: threshold %v, in another order %v", r.Name, threshold, again)
			}
			if !reflect.DeepEqual(p.ROC(p.Positive), q.ROC(p.Positive)) || !reflect.DeepEqual(p.PR(p.Positive), q.PR(p.Positive)) {
				t.Errorf("%s: curves depend on the order", r.Name)
			}
		}
	}
}

// All the same probability: no ranking. AUC is one half and AP the share of the
// class, however the pictures lie.
func TestTiesDecideNothing(t *testing.T) {
	p := &Predictions{Classes: []string{"real", "ai"}, Positive: 1}
	for i := range 40 {
		label := 0
		if i%4 == 0 {
			label = 1
		}
		p.Label, p.Prob = append(p.Label, label), append(p.Prob, .3, .7)
	}
	for seed := range uint64(3) {
		s := shuffled(p, seed).Score()
		if s.AUC != .5 || s.AP != .25 {
			t.Errorf("AUC %v, AP %v", s.AUC, s.AP)
		}
	}
	if roc := p.ROC(1); len(roc) != 2 || roc[1] != (CurvePoint{.7, 1, 1}) {
		t.Errorf("ROC %v", roc)
	}
}

func TestOneClassAloneHasNoCurveAndNoThreshold(t *testing.T) {
	p := &Predictions{Classes: []string{"real", "ai"}, Positive: 1, Label: []int{0, 0}, Prob: []float64{.6, .4, .2, .8}}
	if _, ok := p.BestThreshold(); ok || p.ROC(1) != nil || p.PR(1) != nil {
		t.Error("a curve or a threshold from one class")
	}
	if got := p.BalancedAccuracy(Half); got != .5 {
		t.Errorf("half of the one class is right, balanced accuracy is %v", got)
	}
	if ci := p.Intervals(Sampling{Resamples: 10})["auc"]; !math.IsNaN(float64(ci[0])) {
		t.Errorf("an interval of what is undefined: %v", ci)
	}
	if got := (&Predictions{Classes: p.Classes}).BalancedAccuracy(Half); !math.IsNaN(float64(got)) {
		t.Errorf("of no pictures: %v", got)
	}
}
