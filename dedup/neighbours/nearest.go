package neighbours

import (
	"context"
	"fmt"
	"math"
)

// Heap is the pictures that are compared with each other.
type Heap struct {
	Rows  []float32 // one embedding after the other, Dim values each; of length 1: see Scale
	Dim   int
	Group []int // of each picture; those of one group are no neighbours
}

// Multiplier multiplies blocks of embeddings, as that of package dedup does: dst (m x n) = a (m x k) times the transpose of b (n x k).
type Multiplier interface {
	MulT(dst, a, b []float32, m, n, k int) error
}

// Neighbour is one of the pictures nearest to another.
type Neighbour struct {
	Index  int // in the heap
	Cosine float32
}

// Len is how many pictures there are.
func (h Heap) Len() int { return len(h.Group) }

// Scale gives every embedding length 1, in place, which Nearest asks for.
func (h Heap) Scale() {
	for i := range h.Len() {
		row, sum := h.row(i, i+1), 0.0
		for _, v := range row {
			sum += float64(v) * float64(v)
		}
		if sum < 1e-12 {
			continue
		}
		by := float32(1 / math.Sqrt(sum))
		for k := range row {
			row[k] *= by
		}
	}
}

func (h Heap) row(lo, hi int) []float32 { return h.Rows[lo*h.Dim : hi*h.Dim] }

// Comparisons is how many Nearest will make, for its tell.
func (h Heap) Comparisons() (pairs int64) {
	for a := 0; a < h.Len(); a += block {
		pairs += int64(min(block, h.Len()-a)) * int64(h.Len()-a)
	}
	return pairs
}

// block is how many pictures are multiplied with as many at once: 4 MB of products.
const block = 1024

// Nearest returns the k nearest neighbours of every picture, nearest first, of each group one at most; fewer where there are no more groups.
// It compares all with all: time grows with the square of the heap, memory with k. tell is called with the number of comparisons done.
func (h Heap) Nearest(ctx context.Context, k int, m Multiplier, tell func(pairs int64)) ([][]Neighbour, error) {
	if len(h.Rows) != h.Len()*h.Dim {
		return nil, fmt.Errorf("compare %d pictures: %d values are not %d each", h.Len(), len(h.Rows), h.Dim)
	}
	lists := make([][]Neighbour, h.Len())
	products := make([]float32, block*block)
	for a := 0; a < h.Len(); a += block {
		for b := a; b < h.Len(); b += block {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			rows, cols := min(block, h.Len()-a), min(block, h.Len()-b)
			if err := m.MulT(products[:rows*cols], h.row(a, a+rows), h.row(b, b+cols), rows, cols, h.Dim); err != nil {
				return nil, fmt.Errorf("compare pictures: %w", err)
			}
			h.offerAll(lists, products, a, b, rows, cols, k)
			tell(int64(rows) * int64(cols))
		}
	}
	return lists, nil
}

// offerAll shows the products of two blocks to the lists of both sides.
func (h Heap) offerAll(lists [][]Neighbour, products []float32, a, b, rows, cols, k int) {
	for r := range rows {
		i := a + r
		for c, s := range products[r*cols : (r+1)*cols] {
			j := b + c
			if a == b && j <= i || h.Group[i] == h.Group[j] {
				continue
			}
			lists[i] = h.offer(lists[i], Neighbour{j, s}, k)
			lists[j] = h.offer(lists[j], Neighbour{i, s}, k)
		}
	}
}

// offer puts n into a list of at most k, sorted, if it is near enough, in place of one of its group that is farther.
func (h Heap) offer(list []Neighbour, n Neighbour, k int) []Neighbour {
	if len(list) == k && !nearer(n, list[k-1]) {
		return list
	}
	for x, old := range list {
		if h.Group[old.Index] == h.Group[n.Index] {
			if !nearer(n, old) {
				return list
			}
			return insert(append(list[:x], list[x+1:]...), n)
		}
	}
	if len(list) == k {
		list = list[:k-1]
	}
	return insert(list, n)
}

func insert(list []Neighbour, n Neighbour) []Neighbour {
	list = append(list, n)
	for x := len(list) - 1; x > 0 && nearer(list[x], list[x-1]); x-- {
		list[x], list[x-1] = list[x-1], list[x]
	}
	return list
}

// nearer orders neighbours, with equal ones in the order of the heap, so that the blocks do not matter.
func nearer(a, b Neighbour) bool {
	return a.Cosine > b.Cosine || a.Cosine == b.Cosine && a.Index < b.Index
}
