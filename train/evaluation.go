package train

import (
	"fmt"

	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
)

// Evaluation is what a model's answers for a set of pictures are worth.
type Evaluation struct {
	Predictions *metrics.Predictions
	Scores      metrics.Scores
	Intervals   map[string]metrics.Interval // 95%, of every figure
	Per         map[string][]metrics.Group  // figures by the values of a field
}

// resamples is the number of draws behind an interval.
const resamples = 1000

// Evaluate computes the figures of predictions. group[i] is the group of picture i
// (copies, pictures of one prompt), whose members are drawn together for the intervals; by holds for each
// field its value for each picture.
func Evaluate(p *metrics.Predictions, group []int, by map[string][]string, seed uint64) (*Evaluation, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	e := &Evaluation{Predictions: p, Scores: p.Score(), Intervals: p.Intervals(group, resamples, seed), Per: map[string][]metrics.Group{}}
	for field, values := range by {
		e.Per[field] = p.By(values)
	}
	return e, nil
}

// WriteHTML writes the evaluation as a page of its own. on names the pictures.
func (e *Evaluation) WriteHTML(path, title, on string, facts []Fact, fields []string) error {
	p := e.Predictions
	page := &report.Report{
		Title: title, Figures: figures(e.Scores, e.Intervals), Confusion: &report.Confusion{Classes: p.Classes, Counts: p.Confusion()},
		Note: fmt.Sprintf("Figures on %s, %d pictures. %s Intervals are bootstrap percentiles over whole groups (copies, pictures of one prompt).", on, e.Scores.N, speaksOf(p.Classes, p.Positive)),
	}
	for _, f := range facts {
		page.Facts = append(page.Facts, report.Fact(f))
	}
	for _, field := range fields {
		page.Tables = append(page.Tables, groupTable(field, e.Per[field]))
	}
	return page.WriteHTML(path)
}

// speaksOf says which class the figures of one class mean.
func speaksOf(classes []string, positive int) string {
	if len(classes) == 2 {
		return fmt.Sprintf("The positive class of precision, recall, F1, AUC and AP is %s.", classes[positive])
	}
	return "Precision, recall, F1, AUC and AP are macro averages over the classes."
}

func groupTable(field string, groups []metrics.Group) report.Table {
	t := report.Table{Title: "By " + field, Header: []string{field, "pictures", "accuracy", "F1", "recall", "precision", "AUC"}}
	for _, g := range groups {
		key := g.Key
		if key == "" {
			key = "(none)"
		}
		n := func(v metrics.Value) string { return report.Number(float64(v)) }
		t.Rows = append(t.Rows, []string{key, fmt.Sprint(g.N), n(g.Accuracy), n(g.F1), n(g.Recall), n(g.Precision), n(g.AUC)})
	}
	return t
}
