// Package forest is a random forest for small tables: Breiman, Random Forests,
// Machine Learning 45, 2001, on columns that are cut into at most 256 bins.
//
// [Cut] makes bins of a column of numbers, [Grow] a forest of some rows of such
// columns, and [Forest.Add] asks it about a row. The same table, rows and seed give
// the same forest on any number of threads. It knows no files and no labels by name.
package forest

import (
	"math"
	"math/rand/v2"
	"sync"
)

// Table is what a forest learns from and is asked about: columns of bins, and the
// class of every row, from 0 on. It is only read.
type Table struct {
	Columns []Column
	Class   []int
	Classes int
}

// Column is one column of a table.
type Column struct {
	Bin  []uint8 // of each row
	Bins int     // all are below it
}

// Options say how a forest is grown.
type Options struct {
	Trees   int
	MinLeaf int // rows of a leaf, at least
	Seed    uint64
	Threads int
}

// Forest is a grown forest.
type Forest struct {
	trees   []tree
	classes int
}

// Grow grows a forest on the given rows of a table. Each tree sees as many of them,
// drawn with repetition, and each of its nodes the square root of the columns.
func Grow(t *Table, rows []int32, o Options) *Forest {
	f := &Forest{trees: make([]tree, o.Trees), classes: t.Classes}
	inParallel(o.Trees, o.Threads, func() func(int) {
		g := newGrower(t, o.MinLeaf)
		return func(k int) {
			f.trees[k] = g.grow(rows, rand.New(rand.NewPCG(o.Seed, uint64(k))))
		}
	})
	return f
}

// Add adds to sum, which has an entry for each class, what the trees say of a row on
// average: entries that add up to 1. bin gives the row's bin in a column.
func (f *Forest) Add(bin func(column int32) uint8, sum []float64) {
	share := 1 / float64(len(f.trees))
	for i := range f.trees {
		for c, p := range f.trees[i].leaf(bin) {
			sum[c] += share * float64(p)
		}
	}
}

// inParallel calls do for 0 to n-1; every thread has a do of its own.
func inParallel(n, threads int, newDo func() func(int)) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(1, min(threads, n)) {
		wg.Go(func() {
			do := newDo()
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// tries is how many columns a node looks at.
func tries(columns int) int { return max(1, int(math.Sqrt(float64(columns)))) }
