package train

import (
	"fmt"
	"math"
	"strings"

	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
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

// charts are the loss and whatever else was measured over the steps.
func (r *Result) charts() []report.Chart {
	loss := report.Chart{Title: "Loss", X: "step", Y: "cross-entropy", Lines: []report.Line{r.line("training", "loss", false), r.line("validation", "eval_loss", true)}}
	charts := []report.Chart{loss}
	figures := report.Chart{Title: "Figures while it trained", X: "step", Y: "figure"}
	for _, name := range []string{"accuracy", "f1", "auc"} {
		if l := r.line(name, "eval_"+name, true); len(l.X) > 1 {
			figures.Lines = append(figures.Lines, l)
		}
	}
	if len(figures.Lines) > 0 {
		charts = append(charts, figures)
	}
	if rate := r.line("learning rate", "learning_rate", false); len(rate.X) > 0 {
		charts = append(charts, report.Chart{Title: "Learning rate", X: "step", Y: "rate", Lines: []report.Line{rate}})
	}
	return charts
}

// line is a value of the log over the steps.
func (r *Result) line(name, value string, dots bool) report.Line {
	l := report.Line{Name: name, Dots: dots}
	for _, p := range r.Points {
		if v, ok := p.Values[value]; ok {
			l.X, l.Y = append(l.X, float64(p.Step)), append(l.Y, v)
		}
	}
	return l
}

func (r *Result) report(a About, charts []report.Chart) (*report.Report, error) {
	p := &report.Report{Title: a.Name, Training: charts, Note: a.note(), Epochs: []report.Table{epochTable(r.Rows)}}
	p.Lead = fmt.Sprintf("A %s run that tells %s apart in pictures of %d pixels, begun with %s.", r.Mode, strings.Join(a.Classes, ", "), r.Model.Config.ImageSize, a.Base)
	p.Facts = append(p.Facts, report.Fact{Name: "began with", Value: a.Base}, report.Fact{Name: "mode", Value: r.Mode})
	p.Facts = append(p.Facts, a.Recipe...)
	p.Facts = append(p.Facts, report.Fact{Name: "device", Value: r.Device}, report.Fact{Name: "seconds", Value: fmt.Sprintf("%.1f", r.Seconds)})
	if r.Judged != nil && len(r.Judged.Label) > 0 {
		var c *Calibration
		if a.JudgedOn == validation {
			fitted := Calibrate(r.Judged)
			c = &fitted
		}
		e, err := Evaluate(r.Judged, a.Details.Known, c, 0)
		if err != nil {
			return nil, err
		}
		e.fill(p, a.Details)
	}
	a.Details.add(p)
	if len(p.Data) == 0 {
		p.Data = []report.Table{countTable(a.Counts)}
	}
	return p, nil
}

// validation is About.JudgedOn of runs that keep the test split for later.
const validation = "validation"

// note says how to read the figures.
func (a About) note() string {
	return fmt.Sprintf("Figures on the %s split. %s %s", a.JudgedOn, speaksOf(a.Classes, a.Positive), a.chosen())
}

// chosen says what the weights were chosen by.
func (a About) chosen() string {
	if a.JudgedOn == "test" {
		return "The weights were chosen on test: these figures are too good, and no measure of new pictures."
	}
	return "The weights were chosen by their figures on this split; `curate evaluate` judges them on the test split."
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
		Python: pythonLines(a.Preprocess, a.Classes), Recipe: a.Recipe,
	}
	if len(a.Classes) == 2 {
		c.Positive = a.Classes[a.Positive]
	}
	return c
}
