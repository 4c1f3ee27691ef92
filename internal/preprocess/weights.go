package preprocess

import "math"

// precisionBits is the fixed point of the weights: 8 bits of a sample and 2 bits
// of head room for sums that overshoot leave 22 of an int32's 32.
const precisionBits = 32 - 8 - 2

// weights says, for every output position of one axis, which input samples it is
// made of and with which fixed-point weights.
type weights struct {
	first []int   // first input sample of each output position
	count []int   // number of input samples of each output position
	size  int     // stride of k: the most samples any position can have
	k     []int32 // weights, size of them for each output position, scaled by 1<<precisionBits; nil: copy
}

// of returns the first input sample and the weights of output position i.
func (t weights) of(i int) (int, []int32) {
	at := i * t.size
	return t.first[i], t.k[at : at+t.count[i]]
}

// rebase counts input samples from the first one any position needs, and returns
// that one and how many there are up to the last.
func (t weights) rebase() (first, n int) {
	last := len(t.first) - 1
	first, n = t.first[0], t.first[last]+t.count[last]-t.first[0]
	for i := range t.first {
		t.first[i] -= first
	}
	return first, n
}

// axisWeights computes the weights of output positions from to from+n of an axis
// that is resampled from in to out samples. It follows precompute_coeffs and
// normalize_coeffs_8bpc of Pillow's Resample.c step by step, in float64, so that
// the integers are the same. An axis that keeps its length is copied.
func axisWeights(in, out, from, n int, kern kernel) weights {
	if in == out {
		return copyWeights(from, n)
	}
	scale := float64(in) / float64(out)
	stretch := max(scale, 1)
	support := kern.support * stretch
	size := int(math.Ceil(support))*2 + 1
	t := weights{first: make([]int, n), count: make([]int, n), size: size, k: make([]int32, n*size)}
	row := make([]float64, size)
	for i := range n {
		center := (float64(from+i) + 0.5) * scale
		first := max(int(center-support+0.5), 0)
		count := min(int(center+support+0.5), in) - first
		sampleKernel(row[:count], kern, first, center, 1/stretch)
		t.first[i], t.count[i] = first, count
		for j, w := range row[:count] {
			t.k[i*size+j] = fixed(w)
		}
	}
	return t
}

func copyWeights(from, n int) weights {
	t := weights{first: make([]int, n), count: make([]int, n)}
	for i := range n {
		t.first[i], t.count[i] = from+i, 1
	}
	return t
}

// sampleKernel fills row with the kernel's values at the samples from first on and
// scales them to a sum of 1.
func sampleKernel(row []float64, kern kernel, first int, center, shrink float64) {
	sum := 0.0
	for j := range row {
		row[j] = kern.at((float64(j+first) - center + 0.5) * shrink)
		sum += row[j]
	}
	if sum == 0 {
		return
	}
	for j := range row {
		row[j] /= sum
	}
}

// fixed rounds half away from zero to fixed point.
func fixed(w float64) int32 {
	if w < 0 {
		return int32(-0.5 + float64(w*(1<<precisionBits)))
	}
	return int32(0.5 + float64(w*(1<<precisionBits)))
}
