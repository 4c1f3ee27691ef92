package train

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/train/metrics"
)

func TestEvaluationPage(t *testing.T) {
	p := &metrics.Predictions{
		Classes: []string{"ai", "real"}, Positive: 0, Label: []int{0, 1, 0, 1},
		Prob: []float64{.9, .1, .2, .8, .4, .6, .3, .7},
	}
	known := Known{Group: []int{1, 2, 3, 2}, By: map[string][]string{"generator": {"sd", "", "dalle", ""}, "source": {"lab", "web", "lab", "web"}}}
	e, err := Evaluate(p, known, nil, 42)
	if err != nil {
		t.Fatal(err)
	}
	if e.Scores.Accuracy != .75 || len(e.Per["generator"]) != 3 || len(e.Intervals) != 9 {
		t.Errorf("scores %+v, per %+v", e.Scores, e.Per)
	}
	if e.Worst == nil || e.Worst.Key != "lab" || e.Worst.Balanced != .5 || e.Threshold != .5 || e.Tempered != nil {
		t.Errorf("worst source %+v at %v", e.Worst, e.Threshold)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := e.WriteHTML(path, "evaluation", "test", []Fact{{Name: "run", Value: "full-1"}}, Details{}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AUC and AP is ai", "By generator", "(none)", "full-1", "0.750", "worst source: lab", "none was chosen", "1 of 4 pictures"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	for name, bad := range map[string]Known{"groups": {Group: []int{1}}, "sources": {By: map[string][]string{"source": {"a"}}}} {
		if _, err := Evaluate(p, bad, nil, 0); err == nil {
			t.Errorf("too few %s: no error", name)
		}
	}
	if _, err := Evaluate(&metrics.Predictions{Classes: p.Classes, Label: []int{0}}, Known{}, nil, 0); err == nil {
		t.Error("labels without probabilities: no error")
	}
}
