package report

import (
	"bytes"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"github.com/curate/curate/internal/atomicfile"
)

// Chart is a line chart. Points that are no numbers are left out.
type Chart struct {
	Title, X, Y string
	Note        string
	Lines       []Line
	Share       bool // both axes go from 0 to 1
}

// Line is one curve of a chart; X and Y have the same length.
type Line struct {
	Name   string
	X, Y   []float64
	Dots   bool      // few points, each of which counts
	Size   []float64 // of each dot, 0 to 1; nil: all alike
	Ideal  bool      // not measured: what would be best, or chance
	Marked *Mark
}

// Mark is a point of a line that is named.
type Mark struct {
	X, Y float64
	Name string
}

// points returns the points of a line that can be drawn.
func (l Line) points() plotter.XYs {
	var out plotter.XYs
	for i, x := range l.X {
		if finite(x) && finite(l.Y[i]) {
			out = append(out, plotter.XY{X: x, Y: l.Y[i]})
		}
	}
	return out
}

// WritePNG draws the chart to a picture of 960 x 600 pixels.
func (c Chart) WritePNG(path string) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.X, c.Y
	p.Legend.Top = true
	p.Add(plotter.NewGrid())
	for i, l := range c.Lines {
		xy := l.points()
		if len(xy) == 0 {
			continue
		}
		line, dots, err := plotter.NewLinePoints(xy)
		if err != nil {
			return fmt.Errorf("draw %s: %w", path, err)
		}
		line.Color, dots.Color, line.Width = plotutil.Color(i), plotutil.Color(i), vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(l.Name, line)
		if l.Dots {
			p.Add(dots)
		}
	}
	w, err := p.WriterTo(vg.Points(720), vg.Points(450), "png") // at 96 dots an inch
	if err != nil {
		return fmt.Errorf("draw %s: %w", path, err)
	}
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		return fmt.Errorf("draw %s: %w", path, err)
	}
	return atomicfile.WriteFile(path, b.Bytes(), 0o644)
}
