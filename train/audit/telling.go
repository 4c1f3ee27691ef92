package audit

import (
	"cmp"
	"slices"
)

// Value is a value of a column that gives a label away.
type Value struct {
	Value string
	Class int
	Share float64 // of the rows that have the value, those of the class
	Count int     // rows that have the value
	Rows  []int   // the first of them that are of the class
}

// What counts as giving a label away: so many times as many rows of the class as
// chance would have, or so much of what there is of the others; and in so many rows.
const (
	tellingRows = 3
	tellingLift = 0.5 // of the way from the usual share to all
	mostValues  = 5
	mostRows    = 3
)

// Telling lists the values of a column that give a label away, those first that do it
// for most rows.
func (t *Table) Telling(c *Column, class []int, classes int) []Value {
	count, usual := make([]int, c.coarse.Bins*classes), make([]float64, classes)
	for i, b := range c.coarse.Bin {
		count[int(b)*classes+class[i]]++
		usual[class[i]] += 1 / float64(t.Rows)
	}
	var out []Value
	for b := range c.coarse.Bins {
		of, n := count[b*classes:(b+1)*classes], 0
		for _, v := range of {
			n += v
		}
		for k, v := range of {
			share := float64(v) / float64(max(n, 1))
			if v >= tellingRows && share >= usual[k]+tellingLift*(1-usual[k]) {
				out = append(out, Value{Value: c.values[b], Class: k, Share: share, Count: n, Rows: c.rowsOf(b, k, class)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Value) int { return cmp.Compare(float64(b.Count)*b.Share, float64(a.Count)*a.Share) })
	return out[:min(len(out), mostValues)]
}

func (c *Column) rowsOf(bin, class int, classOf []int) (rows []int) {
	for i, b := range c.coarse.Bin {
		if int(b) == bin && classOf[i] == class {
			if rows = append(rows, i); len(rows) == mostRows {
				break
			}
		}
	}
	return rows
}
