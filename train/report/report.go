// Package report writes what people read about a run: report.html, which stands
// alone, loss.png, and README.md, the model card.
//
// Fill a [Report] and call [Report.WriteHTML]; [Chart.WritePNG] draws one chart;
// [Card.Write] writes the card, and [TrainerTable] the table that people know from
// the cards of Transformers' Trainer. Figures come in as numbers: the package
// computes none.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"

	"github.com/curate/curate/internal/atomicfile"
)

// Report is what report.html shows, from top to bottom.
type Report struct {
	Title     string
	Facts     []Fact
	Figures   []Figure
	Note      string // how to read the figures: the positive class, what was chosen on what
	Charts    []Chart
	Confusion *Confusion
	Tables    []Table
}

// Fact is a name with what it is.
type Fact struct{ Name, Value string }

// Figure is a number with its 95% interval. NaN is undefined; an interval of NaN is
// left out.
type Figure struct {
	Name             string
	Value, Low, High float64
}

// Text is the value as it is shown.
func (f Figure) Text() string { return Number(f.Value) }

// Interval is the interval as it is shown, "" if there is none.
func (f Figure) Interval() string {
	if math.IsNaN(f.Low) || math.IsNaN(f.High) {
		return ""
	}
	return Number(f.Low) + " to " + Number(f.High)
}

// Number shows a figure with four digits after the point, as Trainer cards do.
func Number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "-"
	}
	return fmt.Sprintf("%.4f", v)
}

// Confusion counts answers: Counts[true class][answer].
type Confusion struct {
	Classes []string
	Counts  [][]int
}

// Share is the part of the pictures of a class that got an answer, 0 to 1.
func (c *Confusion) Share(class, answer int) float64 {
	sum := 0
	for _, n := range c.Counts[class] {
		sum += n
	}
	if sum == 0 {
		return 0
	}
	return float64(c.Counts[class][answer]) / float64(sum)
}

// Table is any other table.
type Table struct {
	Title  string
	Header []string
	Rows   [][]string
}

//go:embed report.html.tmpl
var page string

// HTML returns the page. It loads nothing from elsewhere.
func (r *Report) HTML() ([]byte, error) {
	t, err := template.New("report").Parse(page)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, r)
	return b.Bytes(), err
}

// WriteHTML writes the page to path.
func (r *Report) WriteHTML(path string) error {
	text, err := r.HTML()
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.WriteFile(path, text, 0o644)
}
