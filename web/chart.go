package web

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

// chart is a line chart with its numbers as a table, for who cannot see it. Lines are
// told by dashes and marks as well as by colour.
type chart struct {
	Title, X, Y string
	Lines       []chartLine
	Note        string
}

// chartLine is one curve; X and Y have the same length.
type chartLine struct {
	Name string
	X, Y []float64
	Dots bool // few points, each of which counts
}

// newChart makes a chart of the lines that have points.
func newChart(title, x, y string, lines ...chartLine) *chart {
	c := &chart{Title: title, X: x, Y: y}
	for _, l := range lines {
		if l = l.finite(); len(l.X) > 0 {
			c.Lines = append(c.Lines, l)
		}
	}
	if len(c.Lines) == 0 {
		return nil
	}
	return c
}

// finite leaves out what is no number.
func (l chartLine) finite() chartLine {
	out := chartLine{Name: l.Name, Dots: l.Dots || len(l.X) <= 40}
	for i, x := range l.X {
		if !math.IsNaN(x+l.Y[i]) && !math.IsInf(x+l.Y[i], 0) {
			out.X, out.Y = append(out.X, x), append(out.Y, l.Y[i])
		}
	}
	return out
}

// chartPoints is how many points of a line are drawn at most.
const chartPoints = 240

// thinned takes the mean of neighbours where there are more points than can be seen.
func (l chartLine) thinned() chartLine {
	if len(l.X) <= chartPoints {
		return l
	}
	out := chartLine{Name: l.Name, Dots: l.Dots}
	for i := range chartPoints {
		from, to := i*len(l.X)/chartPoints, (i+1)*len(l.X)/chartPoints
		out.X, out.Y = append(out.X, mean(l.X[from:to])), append(out.Y, mean(l.Y[from:to]))
	}
	return out
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

// Says describes the chart in a sentence.
func (c *chart) Says() string {
	var parts []string
	for _, l := range c.Lines {
		last := len(l.Y) - 1
		parts = append(parts, fmt.Sprintf("%s %s at %s %s, least %s, most %s", l.Name, figureText(l.Y[last]), c.X, figureText(l.X[last]),
			figureText(slices.Min(l.Y)), figureText(slices.Max(l.Y))))
	}
	return c.Title + ": " + strings.Join(parts, "; ")
}

// tableRows is how many rows the table of a chart has at most, beside those of points
// that count.
const tableRows = 40

// Table lists the numbers of the chart: a row for each place, a column for each line.
func (c *chart) Table() (rows [][]string) {
	var at []float64
	counts := map[float64]bool{}
	for _, l := range c.Lines {
		at = append(at, l.X...)
		for _, x := range l.X {
			counts[x] = counts[x] || l.Dots
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	every := (len(at) + tableRows - 1) / tableRows
	for i, x := range at {
		if i%every != 0 && i != len(at)-1 && !(counts[x] && len(at) <= chartPoints) {
			continue
		}
		row := []string{figureText(x)}
		for _, l := range c.Lines {
			cell := ""
			if k := slices.Index(l.X, x); k >= 0 {
				cell = figureText(l.Y[k])
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return rows
}

// figureText is a number as figures are shown.
func figureText(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "–"
	case v == math.Trunc(v) && math.Abs(v) < 1e6:
		return fmt.Sprintf("%.0f", v)
	}
	return strings.Replace(fmt.Sprintf("%.4g", v), "e-0", "e-", 1)
}

// spark is a curve so small that it has no numbers.
func spark(x, y []float64) template.HTML {
	l := chartLine{X: x, Y: y}.finite().thinned()
	if len(l.X) < 2 {
		return ""
	}
	b := box{slices.Min(l.X), slices.Max(l.X), slices.Min(l.Y), slices.Max(l.Y), 2, 118, 3, 25}
	var s strings.Builder
	s.WriteString(`<svg class="spark" viewBox="0 0 120 28" width="120" height="28" aria-hidden="true"><polyline points="`)
	for i := range l.X {
		px, py := b.at(l.X[i], l.Y[i])
		fmt.Fprintf(&s, "%.1f,%.1f ", px, py)
	}
	s.WriteString(`"/></svg>`)
	return template.HTML(s.String()) //nolint:gosec // numbers only
}
