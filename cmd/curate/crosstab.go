package main

import (
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/curate/curate/internal/stage"
)

// crosstab counts pictures by subject (rows) and label (columns), with sums.
type crosstab struct {
	labels, subjects []string
	cells            map[[2]string]int // label, subject
	perLabel         map[string]int
	perSubject       map[string]int
	all              int
}

func crossed(table []stage.LabelSubject) crosstab {
	c := crosstab{cells: map[[2]string]int{}, perLabel: map[string]int{}, perSubject: map[string]int{}}
	for _, t := range table {
		if c.perLabel[t.Label] == 0 {
			c.labels = append(c.labels, t.Label)
		}
		if c.perSubject[t.Subject] == 0 {
			c.subjects = append(c.subjects, t.Subject)
		}
		c.cells[[2]string{t.Label, t.Subject}] += t.Count
		c.perLabel[t.Label] += t.Count
		c.perSubject[t.Subject] += t.Count
		c.all += t.Count
	}
	slices.Sort(c.labels)
	slices.Sort(c.subjects)
	return c
}

// write prints the table; nothing when it is empty.
func (c crosstab) write(w io.Writer) {
	if c.all == 0 {
		return
	}
	width := utf8.RuneCountInString("subject")
	for _, s := range c.subjects {
		width = max(width, utf8.RuneCountInString(orDash(s)))
	}
	fmt.Fprintf(w, "\n%-*s", width, "subject")
	for _, l := range c.labels {
		fmt.Fprintf(w, "  %*s", c.column(l), orDash(l))
	}
	fmt.Fprintf(w, "  %7s\n", "all")
	for _, s := range c.subjects {
		c.row(w, width, orDash(s), func(l string) int { return c.cells[[2]string{l, s}] }, c.perSubject[s])
	}
	c.row(w, width, "all", func(l string) int { return c.perLabel[l] }, c.all)
}

func (c crosstab) row(w io.Writer, width int, name string, cell func(label string) int, sum int) {
	fmt.Fprintf(w, "%-*s", width, name)
	for _, l := range c.labels {
		fmt.Fprintf(w, "  %*d", c.column(l), cell(l))
	}
	fmt.Fprintf(w, "  %7d\n", sum)
}

// column is the width of a label's column.
func (c crosstab) column(label string) int { return max(7, utf8.RuneCountInString(orDash(label))) }

// orDash stands for what is not known.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
