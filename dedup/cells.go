package dedup

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
)

// Cells divides a heap of vectors so that a join need not compare all with all
// (an inverted file: Sivic and Zisserman, 2003; spherical k-means). Each vector
// belongs to the cell whose centre is nearest to it, and visits the Probes nearest
// ones. Two vectors are compared if one visits the cell that the other belongs to:
// copies nearly always do, and what that costs in pairs is measured in docs/search.md.
type Cells struct {
	home   []int32  // cell of each vector
	probes []uint16 // of each vector, nearest first: visits each
	visits int
	count  int
}

// CellOptions say how to divide. The zero value is right for a million vectors.
type CellOptions struct {
	Count  int // of cells (0: one for each thousand vectors, at most 4096)
	Probes int // cells that a vector visits, its own included (16 if 0)
	Rounds int // of k-means (8 if 0)
	Seed   uint64
	// Multiply multiplies blocks of at most 2048 vectors ([Plain] if nil).
	Multiply Multiplier
}

// NewCells divides the vectors; it learns the centres on a sample, the same for the
// same seed. It needs 2*Probes+4 bytes a vector, and Count*Dim floats for the while.
func NewCells(ctx context.Context, v *Vectors, o CellOptions) (*Cells, error) {
	if o.Count == 0 {
		o.Count = min(max(v.Len()/1000, 1), 4096)
	}
	o.Count = max(min(o.Count, v.Len()), 1)
	o.Probes = min(cmp.Or(o.Probes, 16), o.Count)
	o.Rounds = cmp.Or(o.Rounds, 8)
	if o.Multiply == nil {
		o.Multiply = Plain{}
	}
	if o.Count > math.MaxUint16 {
		return nil, errors.New("divide vectors: more than 65,535 cells")
	}
	k := &kmeans{CellOptions: o, v: v}
	if err := k.learn(ctx); err != nil {
		return nil, err
	}
	c := &Cells{home: make([]int32, v.Len()), probes: make([]uint16, v.Len()*o.Probes), visits: o.Probes, count: o.Count}
	all := narrow(nil, v.Len())
	return c, k.assign(ctx, all, o.Probes, func(at int, nearest []uint16) {
		c.home[at] = int32(nearest[0])
		copy(c.probes[at*o.Probes:], nearest)
	})
}

// visited are the cells that vector i visits.
func (c *Cells) visited(i int32) []uint16 { return c.probes[int(i)*c.visits : (int(i)+1)*c.visits] }

// cells compares the vectors that belong to each cell with those that visit it.
func (j *vectorJoin) cells(ctx context.Context) error {
	c := j.Cells
	home, visiting := c.lists()
	for k := range c.count {
		j.total += int64(len(home[k])) * int64(len(visiting[k]))
	}
	for k := range c.count {
		for lo := 0; lo < len(home[k]); lo += j.Block {
			rows := home[k][lo:min(lo+j.Block, len(home[k]))]
			j.v.gather(j.rows, rows)
			for first := 0; first < len(visiting[k]); first += j.Block {
				cols := visiting[k][first:min(first+j.Block, len(visiting[k]))]
				once := func(r, col int) bool { return c.first(k, rows[r], cols[col]) }
				if err := j.compare(ctx, tile{rows: rows, cols: cols, once: once}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// first tells whether cell k, where a belongs and b visits, is the first to see them.
func (c *Cells) first(k int, a, b int32) bool {
	other := int(c.home[b])
	if other == k {
		return a < b
	}
	return k < other || !slices.Contains(c.visited(a), uint16(other))
}

// lists gives the vectors that belong to each cell and those that visit it.
func (c *Cells) lists() (home, visiting [][]int32) {
	home, visiting = make([][]int32, c.count), make([][]int32, c.count)
	sizes := make([]int, c.count)
	for _, p := range c.probes {
		sizes[p]++
	}
	for k := range visiting {
		visiting[k] = make([]int32, 0, sizes[k])
	}
	for i, h := range c.home {
		home[h] = append(home[h], int32(i))
		for _, p := range c.visited(int32(i)) {
			visiting[p] = append(visiting[p], int32(i))
		}
	}
	return home, visiting
}
