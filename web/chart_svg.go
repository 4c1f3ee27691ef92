package web

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
)

// The size of a chart and the room for its numbers, in its own units.
const (
	chartWide, chartHigh                         = 480.0, 250.0
	chartLeft, chartRight, chartTop, chartBottom = 52.0, 10.0, 10.0, 34.0
)

// box is the range of what is drawn and where it is drawn.
type box struct{ x0, x1, y0, y1, left, right, top, bottom float64 }

func (b box) at(x, y float64) (px, py float64) {
	return b.left + share(x, b.x0, b.x1)*(b.right-b.left), b.bottom - share(y, b.y0, b.y1)*(b.bottom-b.top)
}

// share is where v lies between two values; in the middle of nothing.
func share(v, from, to float64) float64 {
	if to <= from {
		return .5
	}
	return (v - from) / (to - from)
}

// SVG draws the chart. Colours, dashes and sizes are the style sheet's.
func (c *chart) SVG() template.HTML {
	b, xs, ys := c.box()
	var s strings.Builder
	fmt.Fprintf(&s, `<svg viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`, chartWide, chartHigh, template.HTMLEscapeString(c.Says()))
	for _, y := range ys {
		_, py := b.at(b.x0, y)
		fmt.Fprintf(&s, `<line class="rule" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/><text x="%.1f" y="%.1f" class="end">%s</text>`,
			b.left, py, b.right, py, b.left-5, py+4, figureText(y))
	}
	for i, x := range xs {
		px, _ := b.at(x, b.y0)
		class := "mid"
		if i == len(xs)-1 && px > b.right-12 {
			class = "end"
		}
		fmt.Fprintf(&s, `<text x="%.1f" y="%.1f" class="%s">%s</text>`, px, b.bottom+15, class, figureText(x))
	}
	fmt.Fprintf(&s, `<text x="%.1f" y="%.1f" class="mid name">%s</text>`, (b.left+b.right)/2, chartHigh-3, template.HTMLEscapeString(c.X))
	for i, l := range c.Lines {
		l.draw(&s, b, i)
	}
	s.WriteString("</svg>")
	return template.HTML(s.String()) //nolint:gosec // every text in it was escaped
}

// box finds the range of a chart and where numbers stand.
func (c *chart) box() (b box, xs, ys []float64) {
	b = box{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1), chartLeft, chartWide - chartRight, chartTop, chartHigh - chartBottom}
	for _, l := range c.Lines {
		b.x0, b.x1 = min(b.x0, slices.Min(l.X)), max(b.x1, slices.Max(l.X))
		b.y0, b.y1 = min(b.y0, slices.Min(l.Y)), max(b.y1, slices.Max(l.Y))
	}
	if b.y0 > 0 && b.y0 < b.y1/2 {
		b.y0 = 0
	}
	ys = ticks(b.y0, b.y1, 4)
	b.y0, b.y1 = min(b.y0, ys[0]), max(b.y1, ys[len(ys)-1])
	xs = slices.DeleteFunc(ticks(b.x0, b.x1, 6), func(x float64) bool { return x < b.x0 || x > b.x1 })
	return b, xs, ys
}

// ticks are round numbers from at or under from to at or over to, about n of them.
func ticks(from, to float64, n int) []float64 {
	if to <= from {
		return []float64{from}
	}
	step := roundUp((to - from) / float64(n))
	var out []float64
	for i := math.Floor(from/step + 1e-9); ; i++ {
		out = append(out, i*step)
		if i*step >= to-1e-9*step || len(out) > 3*n {
			return out
		}
	}
}

// roundUp is the least of 1, 2, 2.5, 5 and 10 times a power of ten that is not under v.
func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 2.5, 5} {
		if v <= f*power*(1+1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// draw draws a line; its place decides how it looks.
func (l chartLine) draw(s *strings.Builder, b box, place int) {
	l = l.thinned()
	var way strings.Builder
	for i := range l.X {
		px, py := b.at(l.X[i], l.Y[i])
		fmt.Fprintf(&way, "%.1f,%.1f ", px, py)
		if l.Dots {
			fmt.Fprintf(s, `<path class="m%d" d="%s"/>`, place%len(marks), fmt.Sprintf(marks[place%len(marks)], px, py))
		}
	}
	fmt.Fprintf(s, `<polyline class="l%d" points="%s"/>`, place%len(marks), strings.TrimSpace(way.String()))
}

// marks are the shapes of points: circle, square, triangle, diamond.
var marks = [...]string{
	"M%.1f,%.1fm-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0z",
	"M%.1f,%.1fm-3,-3h6v6h-6z",
	"M%.1f,%.1fm0,-4l4,7h-8z",
	"M%.1f,%.1fm0,-4l4,4l-4,4l-4,-4z",
}

// Key shows how a line looks, for the legend.
func (c *chart) Key(place int) template.HTML {
	var s strings.Builder
	s.WriteString(`<svg class="key" viewBox="0 0 36 12" width="36" height="12" aria-hidden="true">`)
	chartLine{X: []float64{0, .5, 1}, Y: []float64{0, 0, 0}}.draw(&s, box{0, 1, -1, 1, 1, 35, 0, 12}, place)
	if c.Lines[place].Dots {
		fmt.Fprintf(&s, `<path class="m%d" d="%s"/>`, place%len(marks), fmt.Sprintf(marks[place%len(marks)], 18.0, 6.0))
	}
	s.WriteString("</svg>")
	return template.HTML(s.String()) //nolint:gosec // numbers only
}
