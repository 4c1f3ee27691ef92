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
	e, err := Evaluate(p, []int{1, 2, 3, 2}, map[string][]string{"generator": {"sd", "", "dalle", ""}}, 42)
	if err != nil {
		t.Fatal(err)
	}
	if e.Scores.Accuracy != .75 || len(e.Per["generator"]) != 3 || len(e.Intervals) != 9 {
		t.Errorf("scores %+v, per %+v", e.Scores, e.Per)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := e.WriteHTML(path, "evaluation", "test", []Fact{{"run", "full-1"}}, []string{"generator"}); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AUC and AP is ai", "By generator", "(none)", "full-1", "0.7500"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if _, err := Evaluate(&metrics.Predictions{Classes: p.Classes, Label: []int{0}}, nil, nil, 0); err == nil {
		t.Error("labels without probabilities: no error")
	}
}
