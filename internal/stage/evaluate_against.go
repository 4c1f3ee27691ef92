package stage

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
)

// Against is how the run did against another one on the pictures that both were judged
// on and neither has learnt from.
type Against struct {
	Run         string                        `json:"run"` // the other one
	Positive    string                        `json:"positive"`
	N           int                           `json:"n"`
	OnlyThis    int                           `json:"only_this"` // right by this run alone
	OnlyOther   int                           `json:"only_other"`
	McNemar     float64                       `json:"mcnemar_p"`   // of so uneven a difference between models of equal worth
	Differences map[string]metrics.Difference `json:"differences"` // a: the other run, b: this one
}

// checkAgainst says why the other run cannot be compared with, before any work.
func (o EvaluateOptions) checkAgainst(ctx context.Context, e *Env, run catalog.Run, own runSettings) error {
	other, settings, err := trainRun(ctx, e, o.Against)
	if err != nil {
		return err
	}
	if other.ID == run.ID {
		return fmt.Errorf("run %s cannot be compared with itself", run.Name)
	}
	if !slices.Equal(own.Classes, settings.Classes) {
		return fmt.Errorf("run %s tells %v apart and run %s %v: they cannot be compared", run.Name, own.Classes, other.Name, settings.Classes)
	}
	return nil
}

// against judges the other run on the same pictures and compares the two, as the page
// does.
func (v *evaluation) against(ctx context.Context) (*Against, error) {
	o := v.options
	if _, err := Evaluate(ctx, v.env, EvaluateOptions{Run: o.Against, Split: o.Split, Folder: o.Folder, By: o.By}); err != nil {
		return nil, fmt.Errorf("judge the run to compare with: %w", err)
	}
	other, _, err := trainRun(ctx, v.env, o.Against)
	if err != nil {
		return nil, err
	}
	runs := NewRuns(v.env)
	var answers [2]*Answers
	for i, r := range []catalog.Run{other, v.run} {
		if answers[i], err = runs.Answers(runInfo(r), AnswerSet{Key: cmp.Or(o.splitName(), SetFolder), Dir: o.dir(r)}); err != nil {
			return nil, err
		}
	}
	p := Pair(answers[0], answers[1], v.settings.Positive)
	if p.N == 0 {
		return nil, fmt.Errorf("runs %s and %s were judged on no picture in common: what one has learnt from is all that the other was judged on", v.run.Name, other.Name)
	}
	return &Against{Run: other.Name, Positive: p.Positive, N: p.N, OnlyThis: p.OnlyB, OnlyOther: p.OnlyA, McNemar: p.P, Differences: p.Differences()}, nil
}

// Differences says how every figure differs on the pictures of both, with intervals
// that draw whole groups.
func (p *Paired) Differences() map[string]metrics.Difference {
	if p.N == 0 {
		return map[string]metrics.Difference{}
	}
	return metrics.Compare(p.both[0], p.both[1], metrics.Sampling{Group: p.group, Resamples: train.Resamples, Seed: evalSeed})
}

// tables are the comparison as a report shows it.
func (a *Against) tables() []report.Table {
	if a == nil {
		return nil
	}
	t := report.Table{
		Title: "Against " + a.Run, Header: []string{"figure", a.Run, "this run", "change", "95% interval", "p"},
		Note: fmt.Sprintf("On the %d pictures that both were judged on; this run alone is right on %d, the other alone on %d: McNemar's exact p is %s. The interval of a change comes from paired draws of whole groups. The positive class is %s for both.",
			a.N, a.OnlyThis, a.OnlyOther, Chance(a.McNemar), a.Positive),
	}
	for _, name := range slices.Sorted(maps.Keys(a.Differences)) {
		d := a.Differences[name]
		t.Rows = append(t.Rows, []string{report.Figure{Name: name}.Title(), report.Short(float64(d.A)), report.Short(float64(d.B)), signed(float64(d.Change)), span(d.CI), Chance(float64(d.P))})
	}
	return []report.Table{t}
}

func signed(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%+.3f", v)
}

// Chance is a p-value as it is shown.
func Chance(p float64) string {
	switch {
	case math.IsNaN(p):
		return "–"
	case p < .0001:
		return "less than 0.0001"
	}
	return fmt.Sprintf("%.4f", p)
}
