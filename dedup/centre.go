package dedup

import "slices"

// Centre returns what all pictures of a heap have in common: the mean of their
// embeddings, to be taken off each before they are compared. In a heap of one kind
// (drawings in one style, screenshots of one program) strangers share it, and are as
// near to each other as copies are elsewhere; in a heap of all kinds it is next to
// nothing.
//
// rows are embeddings of length 1, dim values each, of a sample of the heap: some
// thousands at most, for all are compared with all. Pictures that are near to others
// count less, so that a picture with many copies counts about once; and with few
// different pictures the centre is drawn towards zero, because what few have in
// common may be what they show. The rows stay as they are; the slice is the caller's.
func Centre(rows []float32, dim int) []float32 {
	n := len(rows) / max(dim, 1)
	weights, total := make([]float64, n), 0.0
	for i := range n {
		near := 0
		for k := range n {
			if dot(rows[i*dim:(i+1)*dim], rows[k*dim:(k+1)*dim]) >= nearlyOne {
				near++
			}
		}
		weights[i] = 1 / float64(max(near, 1))
		total += weights[i]
	}
	// The sum is taken in an order that the rows decide, not their places.
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(rows[a*dim:(a+1)*dim], rows[b*dim:(b+1)*dim]) })
	sum := make([]float64, dim)
	for _, i := range order {
		for k, v := range rows[i*dim : (i+1)*dim] {
			sum[k] += weights[i] * float64(v)
		}
	}
	centre := make([]float32, dim)
	for k, v := range sum {
		centre[k] = float32(v / (total + doubtful))
	}
	return centre
}

const (
	nearlyOne = 0.7 // cosine from which pictures share a vote
	doubtful  = 25  // different pictures by which the centre is half believed
)

func dot(a, b []float32) float32 {
	var sum float32
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
