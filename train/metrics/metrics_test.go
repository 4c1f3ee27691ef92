package metrics

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
)

type reference struct {
	Name      string
	Positive  int
	Labels    []int
	Prob      [][]float64
	Want      map[string]*float64
	Confusion [][]int

	Weight      []int // how often each picture counts for Weighted
	Weighted    map[string]*float64
	Temperature float64
	ROC, PR     [2][]float64       // of two classes, as the next two
	Balanced    map[string]float64 // by threshold
	Best        float64            // of all thresholds
}

func references(t *testing.T) []reference {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []reference
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (r reference) predictions() *Predictions {
	p := &Predictions{Positive: r.Positive, Label: r.Labels}
	for c := range r.Prob[0] {
		p.Classes = append(p.Classes, strconv.Itoa(c))
	}
	for _, row := range r.Prob {
		p.Prob = append(p.Prob, row...)
	}
	return p
}

func TestScoresEqualScikitLearns(t *testing.T) {
	for _, r := range references(t) {
		t.Run(r.Name, func(t *testing.T) {
			p := r.predictions()
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			s, weighted := p.Score(), newScorer(p).score(r.Weight)
			for _, c := range []struct {
				got  *Scores
				want map[string]*float64
			}{{&s, r.Want}, {&weighted, r.Weighted}} {
				c.got.Each(func(name string, v *Value) {
					if want := c.want[name]; want == nil || !near(float64(*v), *want) {
						t.Errorf("%s is %v, want %v", name, *v, want)
					}
				})
			}
			if got := p.Confusion(); !reflect.DeepEqual(got, r.Confusion) {
				t.Errorf("confusion %v, want %v", got, r.Confusion)
			}
		})
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestUndefinedFiguresAreNull(t *testing.T) {
	p := &Predictions{Classes: []string{"real", "ai"}, Positive: 1, Label: []int{1, 1}, Prob: []float64{.2, .8, .7, .3}}
	text, err := json.Marshal(p.Score())
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back["auc"] != nil || back["accuracy"] != .5 {
		t.Errorf("one class alone: %s", text)
	}
	if s := (&Predictions{Classes: p.Classes}).Score(); !math.IsNaN(float64(s.Accuracy)) || !math.IsNaN(float64(s.F1)) {
		t.Errorf("no pictures: %+v", s)
	}
}

func TestIntervalsHoldTheFigureAndDrawWholeGroups(t *testing.T) {
	p := references(t)[0].predictions()
	s := p.Score()
	alone := p.Intervals(Sampling{nil, 500, 1})
	if !reflect.DeepEqual(alone, p.Intervals(Sampling{nil, 500, 1})) {
		t.Error("the same seed gave other intervals")
	}
	s.Each(func(name string, v *Value) {
		if ci := alone[name]; !(ci[0] <= ci[1]) || *v < ci[0]-.05 || *v > ci[1]+.05 {
			t.Errorf("%s: %v lies far from %v", name, *v, ci)
		}
	})
	one := p.Intervals(Sampling{make([]int, len(p.Label)), 100, 1}) // a single group: every draw is the whole set
	if ci := one["accuracy"]; ci[0] != s.Accuracy || ci[1] != s.Accuracy {
		t.Errorf("one group: %v, want %v twice", ci, s.Accuracy)
	}
	width := func(ci Interval) Value { return ci[1] - ci[0] }
	copies := &Predictions{Classes: p.Classes, Positive: p.Positive}
	var of []int
	for range 4 {
		copies.Label, copies.Prob = slices.Concat(copies.Label, p.Label), slices.Concat(copies.Prob, p.Prob)
		for i := range p.Label {
			of = append(of, i)
		}
	}
	naive, honest := copies.Intervals(Sampling{nil, 300, 1})["accuracy"], copies.Intervals(Sampling{of, 300, 1})["accuracy"]
	if width(honest) < 1.5*width(naive) {
		t.Errorf("four copies of each picture: %v by groups, %v without; groups must be wider", honest, naive)
	}
}

func TestBy(t *testing.T) {
	p := &Predictions{Classes: []string{"real", "ai"}, Positive: 1, Label: []int{0, 1, 1}, Prob: []float64{.9, .1, .2, .8, .7, .3}}
	got := p.By([]string{"", "sd", "dalle"}, .25, Sampling{Resamples: 20})
	if len(got) != 3 || got[0].Key != "" || got[1].Key != "dalle" || got[1].Accuracy != 0 || got[2].Recall != 1 || got[2].Positive != 1 || !math.IsNaN(float64(got[0].Recall)) {
		t.Errorf("groups: %+v", got)
	}
	if got[1].Balanced != 1 || got[1].BalancedCI != (Interval{1, 1}) || got[1].CI["accuracy"] != (Interval{0, 0}) || !math.IsNaN(float64(got[0].CI["recall"][0])) {
		t.Errorf("at a quarter all are found: %+v", got[1])
	}
	if w, ok := Worst(got, 1); !ok || w.Key != "" || w.Balanced != 1 {
		t.Errorf("all are as good, the first is named: %+v", w)
	}
}

func TestWorstSourceHasEnoughPictures(t *testing.T) {
	g := func(key string, n int, b Value) Group { return Group{Key: key, Scores: Scores{N: n}, Balanced: b} }
	groups := []Group{g("one picture", 1, 0), g("web", 40, .9), g("lab", 30, .6), g("none", 50, Value(math.NaN()))}
	if w, ok := Worst(groups, 10); !ok || w.Key != "lab" {
		t.Errorf("%+v", w)
	}
	if w, ok := Worst(groups[:1], 10); !ok || w.Key != "one picture" {
		t.Errorf("no source is large: %+v", w)
	}
	if _, ok := Worst(nil, 10); ok {
		t.Error("the worst of none")
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, p := range map[string]*Predictions{
		"one class": {Classes: []string{"a"}}, "short": {Classes: []string{"a", "b"}, Label: []int{0}, Prob: []float64{1}},
		"class 2 of 2": {Classes: []string{"a", "b"}, Label: []int{2}, Prob: []float64{1, 0}},
	} {
		if p.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
