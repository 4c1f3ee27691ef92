package stage

import (
	"fmt"
	"math"

	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
)

// robustKinds are the rows of the grid, and what their strengths are.
var robustKinds = []struct{ kind, title, strength string }{
	{"jpeg", "JPEG", "quality %s"}, {"webp", "WebP", "quality %s"}, {"resize", "Resize", "to %s of each side"},
	{"blur", "Blur", "%s pixels"}, {"crop", "Crop", "%s of each side"}, {"screenshot", "Screenshot", "in a window%s"},
}

// grid shows the cells for a report, nil without any. A cell is coloured by how much
// of the accuracy it loses.
func grid(cells []RobustCell) *report.Grid {
	if len(cells) == 0 {
		return nil
	}
	whole := cells[0]
	g := &report.Grid{Note: fmt.Sprintf("Accuracy on %d pictures to which this was done before the model saw them. As they are: %s, AUC %s.",
		whole.N, report.Short(float64(whole.Accuracy)), report.Short(float64(whole.AUC)))}
	for _, k := range robustKinds {
		row := report.GridRow{Name: k.title}
		for _, c := range cells {
			if c.Kind == k.kind {
				row.Cells = append(row.Cells, c.show(k.strength, whole))
			}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (c RobustCell) show(strength string, whole RobustCell) report.GridCell {
	out := report.GridCell{
		Strength: fmt.Sprintf(strength, c.Strength), Value: float64(c.Accuracy), Fall: float64(whole.Accuracy - c.Accuracy),
		Lines: []string{"95%: " + span(c.AccuracyCI), "AUC " + report.Short(float64(c.AUC))},
	}
	if c.WorstSource != nil {
		out.Lines = append(out.Lines, fmt.Sprintf("worst source %s", report.Short(float64(c.WorstSource.Balanced))))
	}
	return out
}

// span is an interval as it is shown.
func span(ci metrics.Interval) string {
	if math.IsNaN(float64(ci[0])) {
		return "–"
	}
	return report.Short(float64(ci[0])) + " to " + report.Short(float64(ci[1]))
}
