package neighbours

import (
	"context"
	"fmt"
)

// NearestTo is Nearest for some pictures only, by their places: it compares these with all, and what it returns is in their order.
func (h Heap) NearestTo(ctx context.Context, at []int, k int, m Multiplier) ([][]Neighbour, error) {
	if len(h.Rows) != h.Len()*h.Dim {
		return nil, fmt.Errorf("compare %d pictures: %d values are not %d each", h.Len(), len(h.Rows), h.Dim)
	}
	lists := make([][]Neighbour, len(at))
	products := make([]float32, min(block, max(1, len(at)))*block)
	for from := 0; from < len(at); from += block {
		some := at[from:min(from+block, len(at))]
		asked := make([]float32, 0, len(some)*h.Dim)
		for _, i := range some {
			asked = append(asked, h.row(i, i+1)...)
		}
		for b := 0; b < h.Len(); b += block {
			cols := min(block, h.Len()-b)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := m.MulT(products[:len(some)*cols], asked, h.row(b, b+cols), len(some), cols, h.Dim); err != nil {
				return nil, fmt.Errorf("compare pictures: %w", err)
			}
			h.offerTo(lists[from:], products, some, b, cols, k)
		}
	}
	return lists, nil
}

// offerTo shows the products of some pictures and a block to the lists of those pictures.
func (h Heap) offerTo(lists [][]Neighbour, products []float32, at []int, b, cols, k int) {
	for r, i := range at {
		for c, s := range products[r*cols : (r+1)*cols] {
			if j := b + c; h.Group[i] != h.Group[j] {
				lists[r] = h.offer(lists[r], Neighbour{j, s}, k)
			}
		}
	}
}
