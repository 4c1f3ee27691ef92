package train

import (
	"fmt"
	"math"

	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
	"github.com/curate/curate/train/track"
)

// Table returns the table of a run, as it stands in its card.
func Table(rows []Row) string { return report.TrainerTable(tableRows(rows)) }

func tableRows(rows []Row) []report.Row {
	out := make([]report.Row, len(rows))
	for i, r := range rows {
		e := r.Eval
		if e.N == 0 {
			e = Undefined()
		}
		out[i] = report.Row{
			TrainLoss: float64(r.TrainLoss), Epoch: r.Epoch, Step: r.Step, Loss: float64(e.Loss),
			Accuracy: float64(e.Accuracy), F1: float64(e.F1), Recall: float64(e.Recall), Precision: float64(e.Precision),
		}
	}
	return out
}

// Undefined are the figures of no pictures.
func Undefined() metrics.Scores {
	var s metrics.Scores
	s.Each(func(_ string, v *metrics.Value) { *v = metrics.Value(math.NaN()) })
	return s
}

// charts are the loss and the learning rate over the steps.
func (r *Result) charts() []report.Chart {
	loss := report.Line{Name: "training"}
	eval := report.Line{Name: "validation", Dots: true}
	rate := report.Line{Name: "learning rate"}
	add := func(l *report.Line, p track.Point, name string) {
		if v, ok := p.Values[name]; ok {
			l.X, l.Y = append(l.X, float64(p.Step)), append(l.Y, v)
		}
	}
	for _, p := range r.Points {
		add(&loss, p, "loss")
		add(&eval, p, "eval_loss")
		add(&rate, p, "learning_rate")
	}
	charts := []report.Chart{{Title: "Loss", X: "step", Y: "cross-entropy", Lines: []report.Line{loss, eval}}}
	if len(rate.X) > 0 {
		charts = append(charts, report.Chart{Title: "Learning rate", X: "step", Y: "rate", Lines: []report.Line{rate}})
	}
	return charts
}

func (r *Result) report(a About, charts []report.Chart) *report.Report {
	p := &report.Report{Title: a.Name, Charts: charts, Note: a.note(), Tables: []report.Table{countTable(a.Counts), epochTable(r.Rows)}}
	p.Facts = append(p.Facts, report.Fact{Name: "began with", Value: a.Base}, report.Fact{Name: "mode", Value: r.Mode})
	for _, f := range a.Recipe {
		p.Facts = append(p.Facts, report.Fact(f))
	}
	p.Facts = append(p.Facts, report.Fact{Name: "device", Value: r.Device}, report.Fact{Name: "seconds", Value: fmt.Sprintf("%.1f", r.Seconds)})
	if r.Judged != nil && len(r.Judged.Label) > 0 {
		p.Figures = figures(r.Best().Eval, nil)
		p.Confusion = &report.Confusion{Classes: r.Judged.Classes, Counts: r.Judged.Confusion()}
	}
	return p
}

// note says how to read the figures.
func (a About) note() string {
	return fmt.Sprintf("Figures on the %s split. %s %s", a.JudgedOn, speaksOf(a.Classes, a.Positive), a.chosen())
}

// chosen says what the weights were chosen by.
func (a About) chosen() string {
	if a.JudgedOn == "test" {
		return "The weights were chosen on test: these figures are too good, and no measure of new pictures."
	}
	return "The weights were chosen by the loss on this split; `curate evaluate` judges them on the test split."
}

func epochTable(rows []Row) report.Table {
	t := report.Table{Title: "Epochs", Header: []string{"epoch", "step", "training loss", "loss", "accuracy", "F1", "recall", "precision"}}
	for _, r := range tableRows(rows) {
		t.Rows = append(t.Rows, []string{
			fmt.Sprintf("%.1f", r.Epoch), fmt.Sprint(r.Step), report.Number(r.TrainLoss), report.Number(r.Loss),
			report.Number(r.Accuracy), report.Number(r.F1), report.Number(r.Recall), report.Number(r.Precision),
		})
	}
	return t
}

func countTable(counts []ClassCount) report.Table {
	t := report.Table{Title: "Pictures", Header: []string{"class", "train", "validation", "test"}}
	for _, c := range counts {
		t.Rows = append(t.Rows, []string{c.Class, fmt.Sprint(c.Train), fmt.Sprint(c.Val), fmt.Sprint(c.Test)})
	}
	return t
}

// figures lists scores with their intervals, where there are any.
func figures(s metrics.Scores, intervals map[string]metrics.Interval) []report.Figure {
	var out []report.Figure
	if s.N == 0 {
		return nil
	}
	s.Each(func(name string, v *metrics.Value) {
		f := report.Figure{Name: name, Value: float64(*v), Low: math.NaN(), High: math.NaN()}
		if ci, ok := intervals[name]; ok {
			f.Low, f.High = float64(ci[0]), float64(ci[1])
		}
		out = append(out, f)
	})
	return out
}

func (r *Result) card(a About) *report.Card {
	c := &report.Card{
		Name: a.Name, Base: a.Base, BaseOnHub: a.BaseOnHub, Classes: a.Classes, JudgedOn: a.JudgedOn, ChosenNote: a.chosen(),
		Figures: figures(r.Best().Eval, nil), Rows: tableRows(r.Rows), Counts: countTable(a.Counts), Side: r.Model.Config.ImageSize, Version: a.Version,
	}
	if len(a.Classes) == 2 {
		c.Positive = a.Classes[a.Positive]
	}
	for _, f := range a.Recipe {
		c.Recipe = append(c.Recipe, report.Fact(f))
	}
	return c
}
