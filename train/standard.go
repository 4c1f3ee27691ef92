package train

import "math"

// standard is the mean and the deviation of each feature.
type standard struct{ mean, dev []float64 }

// standardise measures features; one that never changes gets deviation 1.
func standardise(f Features) standard {
	s := standard{make([]float64, f.Dim), make([]float64, f.Dim)}
	n := float64(len(f.Label))
	for at, v := range f.Rows {
		s.mean[at%f.Dim] += float64(v) / n
	}
	for at, v := range f.Rows {
		d := float64(v) - s.mean[at%f.Dim]
		s.dev[at%f.Dim] += d * d / n
	}
	for i, v := range s.dev {
		if s.dev[i] = math.Sqrt(v); s.dev[i] < 1e-9 {
			s.dev[i] = 1
		}
	}
	return s
}

// apply returns the features with mean 0 and deviation 1.
func (s standard) apply(f Features) []float32 {
	out := make([]float32, len(f.Rows))
	for at, v := range f.Rows {
		i := at % f.Dim
		out[at] = float32((float64(v) - s.mean[i]) / s.dev[i])
	}
	return out
}

// fold rewrites a classifier of standardised features, w (x - mean)/dev + b, as
// one of features as they are. w holds for each class its weights and its bias.
func (s standard) fold(w []float64, classes int) head {
	dim := len(s.mean)
	h := head{dim, make([]float32, classes*dim), make([]float32, classes)}
	for c := range classes {
		row := w[c*(dim+1) : (c+1)*(dim+1)]
		bias := row[dim]
		for i, v := range row[:dim] {
			h.w[c*dim+i] = float32(v / s.dev[i])
			bias -= v / s.dev[i] * s.mean[i]
		}
		h.b[c] = float32(bias)
	}
	return h
}
