package web

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/curate/curate/catalog"
)

// givenAway says how far files give their label away before anybody has looked at the picture: a classifier may learn that instead.
type givenAway struct {
	Labels  []string
	Formats []shapeRow
	Sizes   []shapeRow
	Guessed float64 // share of the pictures whose label is that of most of the same format and size
	Always  float64 // share of the most frequent label
}

// shapeRow is the pictures of one format, or size, by label.
type shapeRow struct {
	Name   string
	Total  int
	Counts []int // of each of Labels
	Parts  []part
	order  int
}

// part is a piece of a bar from 0 to 1.
type part struct {
	Class       string
	From, Width float64
}

// labelsTold is how many labels are told apart.
const labelsTold = 6

func newGivenAway(shapes []catalog.Shape) *givenAway {
	totals, all := map[string]int{}, 0
	for _, s := range shapes {
		totals[s.Label] += s.Images
		all += s.Images
	}
	g := &givenAway{Labels: frequent(totals)}
	g.Labels = g.Labels[:min(len(g.Labels), labelsTold)]
	if len(g.Labels) < 2 {
		return nil
	}
	both := shapeRows(shapes, g.Labels, func(s catalog.Shape) (string, int) { return s.Format + sizeName(s.Side), 0 })
	right := 0
	for _, row := range both {
		right += slices.Max(row.Counts)
	}
	g.Guessed, g.Always = float64(right)/float64(all), float64(totals[g.Labels[0]])/float64(all)
	g.Formats = shapeRows(shapes, g.Labels, func(s catalog.Shape) (string, int) { return s.Format, 0 })
	g.Sizes = shapeRows(shapes, g.Labels, func(s catalog.Shape) (string, int) { return sizeName(s.Side), s.Side })
	return g
}

// shapeRows adds up shapes by what name says, in the order that it gives, else the largest first.
func shapeRows(shapes []catalog.Shape, labels []string, name func(catalog.Shape) (string, int)) []shapeRow {
	at := map[string]int{}
	var rows []shapeRow
	for _, s := range shapes {
		k, order := name(s)
		i, known := at[k]
		if !known {
			i = len(rows)
			at[k], rows = i, append(rows, shapeRow{Name: k, Counts: make([]int, len(labels)), order: order})
		}
		rows[i].Total += s.Images
		if l := slices.Index(labels, s.Label); l >= 0 {
			rows[i].Counts[l] += s.Images
		}
	}
	slices.SortFunc(rows, func(a, b shapeRow) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name))
	})
	for i := range rows {
		rows[i].Parts = parted(rows[i])
	}
	return rows
}

func parted(r shapeRow) (out []part) {
	from := 0.0
	for i, n := range r.Counts {
		w := float64(n) / float64(max(1, r.Total))
		out = append(out, part{fmt.Sprint("part", i), from, w})
		from += w
	}
	return out
}

// sizeName is a class of sizes in words.
func sizeName(side int) string {
	if side < 64 {
		return "under 64 px"
	}
	if side >= 4096 {
		return "from 4096 px"
	}
	return fmt.Sprintf("%d–%d px", side, 2*side-1)
}

// Verdict is what the page says of it.
func (g *givenAway) Verdict() string {
	return fmt.Sprintf("By format and size alone one guesses the label of %s right; always saying %q, of %s.", percentText(g.Guessed), g.Labels[0], percentText(g.Always))
}

// Telling tells whether it is worth a warning.
func (g *givenAway) Telling() bool { return g.Guessed > .9 && g.Guessed > g.Always+.1 }

// shapeTable is the rows of one question.
type shapeTable struct {
	Name   string
	Labels []string
	Rows   []shapeRow
}

// Tables are the two questions.
func (g *givenAway) Tables() []shapeTable {
	return []shapeTable{{"format", g.Labels, g.Formats}, {"shorter side", g.Labels, g.Sizes}}
}
