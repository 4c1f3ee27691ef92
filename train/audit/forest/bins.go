package forest

import "slices"

// MaxBins is how many bins a column has at most.
const MaxBins = 256

// Cut divides a column of numbers into bins in their order: a bin for each number
// where there are at most MaxBins different ones, else bins of about as many rows
// each. first and last are the ends of each bin. NaN has no place in it.
func Cut(values []float64) (c Column, first, last []float64) {
	sorted := slices.Sorted(slices.Values(values))
	each := slices.Compact(slices.Clone(sorted))
	if len(each) > MaxBins {
		each = each[:0]
		for b := range MaxBins {
			each = append(each, sorted[b*len(sorted)/MaxBins])
		}
		each = slices.Compact(each)
	}
	c = Column{Bin: make([]uint8, len(values)), Bins: len(each)}
	first, last = slices.Clone(each), slices.Clone(each)
	for i, v := range values {
		b, exact := slices.BinarySearch(each, v)
		if !exact {
			b--
		}
		c.Bin[i], last[b] = uint8(b), max(last[b], v)
	}
	return c, first, last
}
