package train

import (
	"fmt"
	"slices"

	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
)

// Details are what a report shows beside a run's own figures; whoever knows the
// pictures fills them in.
type Details struct {
	Known    Known            // of the judged pictures
	Findings []report.Finding // shown first
	Mistakes []report.Mistake // the worst ones, shown as pictures
	Grid     *report.Grid
	More     []report.Table
	Data     []report.Table // the data card
	Facts    []report.Fact  // of the data
}

// add puts what does not depend on the figures into a report.
func (d Details) add(p *report.Report) {
	p.Findings, p.Grid, p.More = append(slices.Clone(d.Findings), p.Findings...), d.Grid, append(p.More, d.More...)
	p.Data, p.DataFacts = append(p.Data, d.Data...), append(p.DataFacts, d.Facts...)
}

// WriteHTML writes the evaluation as a page of its own. on names the pictures.
func (e *Evaluation) WriteHTML(path, title, on string, facts []Fact, d Details) error {
	p := e.Predictions
	page := &report.Report{
		Title: title, Lead: fmt.Sprintf("Judged on %s: %d pictures.", on, e.Scores.N),
		Note:  fmt.Sprintf("%s Intervals are 95%% bootstrap percentiles over whole groups (copies, pictures of one prompt).", speaksOf(p.Classes, p.Positive)),
		Facts: facts,
	}
	e.fill(page, d)
	d.add(page)
	return page.WriteHTML(path)
}

// fill puts figures, curves and mistakes into a report.
func (e *Evaluation) fill(page *report.Report, d Details) {
	p := e.Predictions
	page.Tiles, page.Figures = e.tiles(), e.figures()
	page.Confusion = &report.Confusion{Classes: p.Classes, Counts: p.Confusion()}
	page.Note += " " + e.thresholdNote()
	if e.SourceTellsLabel {
		page.Findings = append(page.Findings, report.Finding{
			Level: report.Warn, Title: "Here the source tells the label",
			Text: "Every source has pictures of one class only. A model that knows the source (its cameras, its sizes, how it saves) and nothing else would score as well, and no figure below can tell the two apart. Pictures of both classes from one source would.",
		})
	}
	page.Curves = e.curves()
	for _, field := range []string{"source", "generator", "subject"} {
		if groups := e.Per[field]; someKey(groups) {
			page.Groups = append(page.Groups, groupTable(field, groups))
		}
	}
	wrong := 0
	for i, l := range p.Label {
		if p.Answer(i) != l {
			wrong++
		}
	}
	page.Mistakes = &report.Mistakes{Wrong: wrong, Of: len(p.Label), Pictures: d.Mistakes}
}

// speaksOf says which class the figures of one class mean.
func speaksOf(classes []string, positive int) string {
	if len(classes) == 2 {
		return fmt.Sprintf("The positive class of precision, recall, F1, AUC and AP is %s.", classes[positive])
	}
	return "Precision, recall, F1, AUC and AP are macro averages over the classes."
}

// thresholdNote says at which threshold balanced accuracy is taken, and why.
func (e *Evaluation) thresholdNote() string {
	switch {
	case len(e.Predictions.Classes) != 2:
		return "Balanced accuracy is that of the likeliest class."
	case e.ThresholdFrom == "":
		return fmt.Sprintf("Balanced accuracy is taken at a threshold of %.2f: none was chosen on validation pictures.", e.Threshold)
	}
	return fmt.Sprintf("Balanced accuracy is taken at the threshold %.3f, chosen on %s.", e.Threshold, e.ThresholdFrom)
}

// tiles are the figures that are shown large. The worst source stands beside the AUC.
func (e *Evaluation) tiles() []report.Tile {
	tile := func(name, title, note string) report.Tile {
		return report.Tile{Figure: e.figure(name), Title: title, Note: note}
	}
	out := []report.Tile{tile("accuracy", "Accuracy", ""), tile("auc", "AUC", "")}
	if e.Worst != nil {
		out = append(out, report.Tile{Figure: e.worstFigure(), Title: "Worst source, balanced accuracy", Note: fmt.Sprintf("%s, %s", sayKey(e.Worst.Key), pictures(e.Worst.N))})
	}
	note := "as the model says it"
	if e.Tempered != nil {
		note = fmt.Sprintf("with the temperature %.2f: %s", *e.Temperature, report.Short(float64(e.Tempered.ECE)))
	}
	return append(out, tile("f1", "F1", ""), tile("ece", "Calibration error", note))
}

func pictures(n int) string {
	if n == 1 {
		return "1 picture"
	}
	return fmt.Sprintf("%d pictures", n)
}

// sayKey is the value of a field as it is shown.
func sayKey(key string) string {
	if key == "" {
		return "(none)"
	}
	return key
}

func (e *Evaluation) figure(name string) report.Figure {
	for _, f := range figures(e.Scores, e.Intervals) {
		if f.Name == name {
			return f
		}
	}
	return report.Figure{}
}

func (e *Evaluation) worstFigure() report.Figure {
	w := e.Worst
	return report.Figure{Name: "worst source: " + sayKey(w.Key), Value: float64(w.Balanced), Low: float64(w.BalancedCI[0]), High: float64(w.BalancedCI[1])}
}

// figures lists all figures; what tells a good classifier from one that knows a single
// source stands right below the AUC.
func (e *Evaluation) figures() (out []report.Figure) {
	for _, f := range figures(e.Scores, e.Intervals) {
		out = append(out, f)
		if f.Name != "auc" {
			continue
		}
		out = append(out, report.Figure{Name: "balanced accuracy", Value: float64(e.Balanced), Low: float64(e.BalancedCI[0]), High: float64(e.BalancedCI[1])})
		if e.Worst != nil {
			out = append(out, e.worstFigure())
		}
	}
	if e.Tempered != nil {
		for _, f := range figures(*e.Tempered, e.TemperedCI) {
			if f.Name == "loss" || f.Name == "ece" || f.Name == "brier" {
				f.Name = f.Title() + ", calibrated"
				out = append(out, f)
			}
		}
	}
	return out
}

func groupTable(field string, groups []metrics.Group) report.Table {
	t := report.Table{Title: "By " + field, Header: []string{field, "pictures", "accuracy", "balanced", "F1", "recall", "precision", "AUC"}, Bar: "accuracy"}
	for _, g := range groups {
		n := func(v metrics.Value) string { return report.Short(float64(v)) }
		t.Rows = append(t.Rows, []string{sayKey(g.Key), fmt.Sprint(g.N), n(g.Accuracy), n(g.Balanced), n(g.F1), n(g.Recall), n(g.Precision), n(g.AUC)})
		ci := g.CI["accuracy"]
		t.Bars = append(t.Bars, report.Figure{Value: float64(g.Accuracy), Low: float64(ci[0]), High: float64(ci[1])})
	}
	return t
}
