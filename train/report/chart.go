package report

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"

	"github.com/curate/curate/internal/atomicfile"
)

// Chart is a line chart. Points that are no numbers are left out.
type Chart struct {
	Title, X, Y string
	Lines       []Line
}

// Line is one curve of a chart; X and Y have the same length.
type Line struct {
	Name string
	X, Y []float64
	Dots bool // few points, each of which counts
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

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

// The drawing area of an SVG chart, in its own units.
const (
	svgWide, svgHigh                     = 700., 340.
	svgLeft, svgRight, svgTop, svgBottom = 60., 10., 24., 36.
)

// SVG returns the chart as an element for a page.
func (c Chart) SVG() template.HTML {
	b := c.bounds()
	var s strings.Builder
	fmt.Fprintf(&s, `<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, svgWide, svgHigh, html.EscapeString(c.Title))
	b.axes(&s, c.X, c.Y)
	at := svgLeft
	for i, l := range c.Lines {
		colour := palette[i%len(palette)]
		b.line(&s, l, colour)
		fmt.Fprintf(&s, `<rect x="%.1f" y="6" width="12" height="4" fill="%s"/><text x="%.1f" y="12">%s</text>`, at, colour, at+16, html.EscapeString(l.Name))
		at += 36 + 6.5*float64(len(l.Name))
	}
	s.WriteString("</svg>")
	return template.HTML(s.String()) //nolint:gosec // every text in it was escaped
}

var palette = [...]string{"#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed"}

// bounds is the range of a chart's points.
type bounds struct{ x0, x1, y0, y1 float64 }

func (c Chart) bounds() bounds {
	b := bounds{math.Inf(1), math.Inf(-1), 0, math.Inf(-1)}
	for _, l := range c.Lines {
		for _, p := range l.points() {
			b.x0, b.x1 = min(b.x0, p.X), max(b.x1, p.X)
			b.y0, b.y1 = min(b.y0, p.Y), max(b.y1, p.Y)
		}
	}
	if b.x0 > b.x1 { // no points at all
		return bounds{0, 1, 0, 1}
	}
	if b.x0 == b.x1 {
		b.x0, b.x1 = b.x0-1, b.x1+1
	}
	if b.y0 == b.y1 {
		b.y1 = b.y0 + 1
	}
	return b
}

func (b bounds) at(x, y float64) (px, py float64) {
	px = svgLeft + (x-b.x0)/(b.x1-b.x0)*(svgWide-svgLeft-svgRight)
	py = svgHigh - svgBottom - (y-b.y0)/(b.y1-b.y0)*(svgHigh-svgTop-svgBottom)
	return px, py
}

// axes draws five lines across and their numbers.
func (b bounds) axes(s *strings.Builder, xName, yName string) {
	for i := range 5 {
		f := float64(i) / 4
		x, y := b.x0+f*(b.x1-b.x0), b.y0+f*(b.y1-b.y0)
		px, py := b.at(x, y)
		fmt.Fprintf(s, `<line class="axis" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, svgLeft, py, svgWide-svgRight, py)
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="end">%.3g</text>`, svgLeft-6, py+4, y)
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="middle">%.4g</text>`, px, svgHigh-svgBottom+14, x)
	}
	fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, (svgWide+svgLeft)/2, svgHigh-4, html.EscapeString(xName))
	fmt.Fprintf(s, `<text x="12" y="%.1f" transform="rotate(-90 12 %.1f)" text-anchor="middle">%s</text>`, svgHigh/2, svgHigh/2, html.EscapeString(yName))
}

func (b bounds) line(s *strings.Builder, l Line, colour string) {
	var way strings.Builder
	for _, p := range l.points() {
		x, y := b.at(p.X, p.Y)
		fmt.Fprintf(&way, "%.1f,%.1f ", x, y)
		if l.Dots {
			fmt.Fprintf(s, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, colour)
		}
	}
	fmt.Fprintf(s, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>`, colour, strings.TrimSpace(way.String()))
}
