package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// The drawing area of a chart, in its own units. Charts are small: two or three
// stand beside each other, one fills a phone.
const (
	svgWide, svgHigh                     = 420., 300.
	svgLeft, svgRight, svgTop, svgBottom = 48., 12., 12., 42.
	svgMost                              = 300 // points of a line: more cannot be seen
)

// lineClasses is the number of colours that the style sheet has for lines.
const lineClasses = 5

// SVG returns the chart as an element for a page.
func (c Chart) SVG() template.HTML {
	b := c.bounds()
	var s strings.Builder
	fmt.Fprintf(&s, `<svg class="chart" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, svgWide, svgHigh, html.EscapeString(c.described()))
	b.axes(&s, c)
	for i, l := range c.Lines {
		b.line(&s, l, class(l, i))
	}
	s.WriteString("</svg>")
	return template.HTML(s.String()) //nolint:gosec // every text in it was escaped
}

// described is the chart in words: what it shows, and where its lines end.
func (c Chart) described() string {
	words := c.Title
	for _, l := range c.Lines {
		if p := l.points(); len(p) > 0 && !l.Ideal {
			first, last := p[0], p[len(p)-1]
			words += fmt.Sprintf("; %s from %.3g at %.4g to %.3g at %.4g", l.Name, first.Y, first.X, last.Y, last.X)
		}
	}
	return words
}

// Key is a line's entry below the chart.
type Key struct{ Class, Name string }

// Legend lists the lines that have points.
func (c Chart) Legend() []Key {
	var out []Key
	for i, l := range c.Lines {
		if len(l.points()) > 0 && l.Name != "" {
			out = append(out, Key{class(l, i), l.Name})
		}
	}
	return out
}

func class(l Line, i int) string {
	if l.Ideal {
		return "ideal"
	}
	return fmt.Sprintf("l%d", i%lineClasses)
}

// bounds is the range of a chart's points.
type bounds struct{ x0, x1, y0, y1 float64 }

func (c Chart) bounds() bounds {
	if c.Share {
		return bounds{0, 1, 0, 1}
	}
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
func (b bounds) axes(s *strings.Builder, c Chart) {
	for i := range 5 {
		f := float64(i) / 4
		x, y := b.x0+f*(b.x1-b.x0), b.y0+f*(b.y1-b.y0)
		px, py := b.at(x, y)
		fmt.Fprintf(s, `<path class="axis" d="M%.1f %.1fH%.1f"/>`, svgLeft, py, svgWide-svgRight)
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="end">%.3g</text>`, svgLeft-6, py+4, y)
		fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="middle">%.4g</text>`, px, svgHigh-svgBottom+16, x)
	}
	fmt.Fprintf(s, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, (svgWide+svgLeft)/2, svgHigh-6, html.EscapeString(c.X))
	fmt.Fprintf(s, `<text transform="translate(11 %.1f) rotate(-90)" text-anchor="middle">%s</text>`, (svgHigh-svgBottom)/2, html.EscapeString(c.Y))
}

func (b bounds) line(s *strings.Builder, l Line, class string) {
	points := l.points()
	if len(points) == 0 {
		return
	}
	step := float64(max(1, len(points)-1)) / float64(min(max(1, len(points)-1), svgMost))
	var way strings.Builder
	for k := 0.; int(k+.5) < len(points); k += step {
		x, y := b.at(points[int(k+.5)].X, points[int(k+.5)].Y)
		fmt.Fprintf(&way, "%.1f,%.1f ", x, y)
	}
	fmt.Fprintf(s, `<g class="%s"><polyline points="%s"/>`, class, strings.TrimSpace(way.String()))
	if l.Dots {
		for i, p := range points {
			r := 3.
			if len(l.Size) == len(points) {
				r = 2 + 6*math.Sqrt(l.Size[i])
			}
			x, y := b.at(p.X, p.Y)
			fmt.Fprintf(s, `<circle cx="%.1f" cy="%.1f" r="%.1f"/>`, x, y, r)
		}
	}
	if m := l.Marked; m != nil {
		x, y := b.at(m.X, m.Y)
		fmt.Fprintf(s, `<circle class="mark" cx="%.1f" cy="%.1f" r="5"/><text class="mark" x="%.1f" y="%.1f">%s</text>`, x, y, x+9, y+14, html.EscapeString(m.Name))
	}
	s.WriteString("</g>")
}
