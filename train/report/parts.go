package report

import (
	"encoding/base64"
	"fmt"
	"html/template"
)

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

// Grid shows how the answers bear what happens to pictures on their way.
type Grid struct {
	Note string
	Rows []GridRow
}

// GridRow is one kind of change, weakest first.
type GridRow struct {
	Name  string
	Cells []GridCell
}

// GridCell is one strength of a change.
type GridCell struct {
	Strength string
	Value    float64  // 0 to 1
	Lines    []string // other figures
	Fall     float64  // how much less Value is than without the change
}

// Text is the value as it is shown.
func (c GridCell) Text() string { return Short(c.Value) }

// Shade is how strongly the cell is coloured, 0 to 1: all for a fall of .3.
func (c GridCell) Shade() string { return fmt.Sprintf("%.2f", max(0, min(1, c.Fall/.3))) }

// Widest is the number of cells of the longest row.
func (g *Grid) Widest() (n int) {
	for _, r := range g.Rows {
		n = max(n, len(r.Cells))
	}
	return n
}

// Rest is how many cells a row lacks to the longest.
func (g *Grid) Rest(r GridRow) int { return g.Widest() - len(r.Cells) }

// Mistakes are the pictures that the model got most wrong.
type Mistakes struct {
	Wrong, Of int // all mistakes, of so many pictures
	Pictures  []Mistake
}

// Mistake is a picture that was taken for something else.
type Mistake struct {
	JPEG        []byte // small; nil: the picture cannot be shown
	Label, Said string
	Probability float64 // of what was said
	Path        string
	About       string // its source, generator and subject
}

// Source is the picture inside the page, "" without one.
func (m Mistake) Source() template.URL {
	if len(m.JPEG) == 0 {
		return ""
	}
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(m.JPEG)) //nolint:gosec // base64 only
}

// bar draws a figure of 0 to 1 with its interval.
func (f Figure) bar() template.HTML {
	if !finite(f.Value) || f.Value < 0 || f.Value > 1 {
		return ""
	}
	x := func(v float64) float64 { return 2 + 96*max(0, min(1, v)) }
	out := `<svg class="bar" viewBox="0 0 100 12" aria-hidden="true"><path class="axis" d="M2 6H98M2 3V9M50 4V8M98 3V9"/>`
	if finite(f.Low) && finite(f.High) {
		out += fmt.Sprintf(`<path class="range" d="M%.1f 6H%.1f"/>`, x(f.Low), x(f.High))
	}
	return template.HTML(out + fmt.Sprintf(`<circle cx="%.1f" cy="6" r="3.2"/></svg>`, x(f.Value))) //nolint:gosec // numbers only
}
