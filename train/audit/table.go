package audit

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"github.com/curate/curate/train/audit/forest"
)

// Table is what is known of some files, column by column. Columns in which all files
// are alike are left out.
type Table struct {
	Columns []Column
	Rows    int
}

// Column is one fact about all files, in bins: fine ones for the forest, and coarse
// ones, of enough rows each to count in.
type Column struct {
	Name   string
	Kind   Kind
	fine   forest.Column
	coarse forest.Column
	values []string // of each coarse bin, for people
}

// NewTable lays out what is known of files.
func NewTable(files []File) *Table {
	t := &Table{Rows: len(files)}
	for _, def := range columns {
		c := Column{Name: def.name, Kind: def.kind}
		if def.number != nil {
			c.numbers(files, def.number)
		} else {
			c.texts(files, def.text)
		}
		if c.fine.Bins > 1 {
			t.Columns = append(t.Columns, c)
		}
	}
	return t
}

func (c *Column) numbers(files []File, of func(*File) float64) {
	values := make([]float64, len(files))
	for i := range files {
		values[i] = of(&files[i])
	}
	fine, first, last := forest.Cut(values)
	count, to, from := make([]int, fine.Bins), make([]uint8, fine.Bins), 0
	for _, b := range fine.Bin {
		count[b]++
	}
	least := max(coarseRows, len(files)/coarseBins)
	for b, rows := 0, 0; b < fine.Bins; b++ {
		rows += count[b]
		to[b] = uint8(len(c.values))
		if rows >= least || b+1 == fine.Bins || count[b+1] >= least {
			c.values = append(c.values, span(first[from], last[b]))
			from, rows = b+1, 0
		}
	}
	c.fine, c.coarse = fine, forest.Column{Bin: make([]uint8, len(files)), Bins: len(c.values)}
	for i, b := range fine.Bin {
		c.coarse.Bin[i] = to[b]
	}
}

// A coarse bin of numbers has at least so many rows, and so large a part of them;
// numbers that fill one alone have one of their own.
const (
	coarseRows = 3
	coarseBins = 32
)

func span(from, to float64) string {
	a, b := number(from), number(to)
	if a == b {
		return a
	}
	return a + " to " + b
}

func number(v float64) string {
	if v == float64(int64(v)) {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// texts gives each text a bin, the commonest first, so that labels play no part in
// it. When there are too many, the rarest share the last.
func (c *Column) texts(files []File, of func(*File) string) {
	count, value := map[string]int{}, make([]string, len(files))
	for i := range files {
		value[i] = of(&files[i])
		count[value[i]]++
	}
	c.values = slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b))
	})
	if len(c.values) > forest.MaxBins {
		c.values = append(c.values[:forest.MaxBins-1:forest.MaxBins-1], "any of the rest")
	}
	rank := map[string]int{}
	for b, v := range c.values {
		rank[v] = b
	}
	c.fine = forest.Column{Bin: make([]uint8, len(files)), Bins: len(c.values)}
	for i, v := range value {
		b, listed := rank[v]
		if !listed {
			b = c.fine.Bins - 1
		}
		c.fine.Bin[i] = uint8(b)
	}
	c.coarse = c.fine
}
