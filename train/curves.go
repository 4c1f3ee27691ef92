package train

import (
	"fmt"

	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
)

// curves are ROC, precision over recall, and how sure against how often right.
func (e *Evaluation) curves() []report.Chart {
	p := e.Predictions
	roc := report.Chart{Title: "ROC", X: "share of the others called so", Y: "share found", Share: true}
	pr := report.Chart{Title: "Precision and recall", X: "recall", Y: "precision", Share: true}
	classes := []int{p.Positive}
	if len(p.Classes) > 2 {
		classes = classes[:0]
		for c := range p.Classes {
			classes = append(classes, c)
		}
	}
	for _, c := range classes {
		roc.Lines = append(roc.Lines, e.line(c, p.ROC(c)))
		pr.Lines = append(pr.Lines, e.line(c, p.PR(c)))
	}
	roc.Lines = append(roc.Lines, report.Line{Name: "chance", X: []float64{0, 1}, Y: []float64{0, 1}, Ideal: true})
	return append(shown(roc, pr), shown(e.reliability())...)
}

// shown leaves charts out that would show no answers, such as the ROC of one class.
func shown(charts ...report.Chart) (out []report.Chart) {
	for _, c := range charts {
		for _, l := range c.Lines {
			if !l.Ideal && len(l.X) > 0 {
				out = append(out, c)
				break
			}
		}
	}
	return out
}

// line is the curve of a class; of two classes the chosen threshold is marked.
func (e *Evaluation) line(class int, points []metrics.CurvePoint) report.Line {
	l := report.Line{Name: e.Predictions.Classes[class]}
	for _, q := range points {
		l.X, l.Y = append(l.X, q.X), append(l.Y, q.Y)
		if q.Threshold >= e.Threshold && len(e.Predictions.Classes) == 2 {
			l.Marked = &report.Mark{X: q.X, Y: q.Y, Name: fmt.Sprintf("threshold %.2f", e.Threshold)}
		}
	}
	return l
}

// reliability shows how often the model is right where it is so sure, as it is and
// with the temperature. The size of a dot is its share of the pictures.
func (e *Evaluation) reliability() report.Chart {
	c := report.Chart{
		Title: "Reliability", X: "how sure the model is", Y: "share that is right", Share: true,
		Note: "Below the dashed line it is surer than it is right. Large dots stand for many pictures.",
	}
	add := func(name string, p *metrics.Predictions) {
		l := report.Line{Name: name, Dots: true}
		for _, b := range p.Reliability() {
			l.X, l.Y = append(l.X, b.Confidence), append(l.Y, b.Accuracy)
			l.Size = append(l.Size, float64(b.N)/float64(len(p.Label)))
		}
		c.Lines = append(c.Lines, l)
	}
	add("the model", e.Predictions)
	if e.Tempered != nil {
		add("calibrated", e.Predictions.Tempered(*e.Temperature))
	}
	c.Lines = append(c.Lines, report.Line{Name: "as sure as right", X: []float64{0, 1}, Y: []float64{0, 1}, Ideal: true})
	return c
}
