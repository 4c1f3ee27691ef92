package check

import (
	"math"
	"slices"
)

// Sizes scores how odd each size is among all of them, in the order given; sizes
// are of files, width and height in pixels. As in CleanVision, it is the distance
// from the middle in units of the span from q1 - 3*iqr to q3 + 3*iqr, so half is
// the edge of that span. The measure is log2 of the square root of the area, since
// sizes differ by factors, and iqr counts as at least log2(1.25), so that a
// dataset of one size does not flag what is a pixel larger.
//
// An unknown size (0) scores 0 and does not take part.
func Sizes(widths, heights []int) []float64 {
	logs := make([]float64, len(widths))
	var known []float64
	for i := range widths {
		logs[i] = math.Log2(float64(widths[i])*float64(heights[i])) / 2
		if !math.IsInf(logs[i], 0) && !math.IsNaN(logs[i]) {
			known = append(known, logs[i])
		}
	}
	out := make([]float64, len(logs))
	if len(known) == 0 {
		return out
	}
	slices.Sort(known)
	q1, q3 := at(known, 0.25), at(known, 0.75)
	iqr := max(q3-q1, math.Log2(1.25))
	middle := (q1 + q3) / 2
	span := q3 - q1 + 6*iqr
	for i, l := range logs {
		if !math.IsInf(l, 0) && !math.IsNaN(l) {
			out[i] = min(1, math.Abs(l-middle)/span)
		}
	}
	return out
}

// at returns the quantile of ascending values, interpolated as NumPy does.
func at(sorted []float64, share float64) float64 {
	place := share * float64(len(sorted)-1)
	i := int(place)
	if i+1 >= len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (place-float64(i))*(sorted[i+1]-sorted[i])
}
