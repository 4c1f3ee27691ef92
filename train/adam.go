package train

import "math"

// Adam is the optimiser's constants (Kingma & Ba, Adam, 2015, algorithm 1).
type Adam struct{ Beta1, Beta2, Eps float64 }

// moments are the running means of the gradient and of its square.
type moments struct{ first, second []float32 }

func newMoments(n int) moments { return moments{make([]float32, n), make([]float32, n)} }

// update takes step number t, counted from 1, along gradient times scale. The
// order of operations is that of torch.optim.Adam. The slices have equal length.
func (a Adam) update(weights, gradient []float32, m moments, t int, lr, scale float64, threads int) {
	keep2, s := float32(a.Beta2), float32(scale)
	new1, new2 := float32(1-a.Beta1), float32(1-a.Beta2)
	size := float32(lr / (1 - math.Pow(a.Beta1, float64(t))))
	root := float32(1 / math.Sqrt(1-math.Pow(a.Beta2, float64(t))))
	eps := float32(a.Eps)
	inPieces(len(weights), threads, func(lo, hi int) {
		w, g := weights[lo:hi], gradient[lo:hi]
		m1, m2 := m.first[lo:hi][:len(w)], m.second[lo:hi][:len(w)]
		for i, d := range g[:len(w)] {
			d *= s
			m1[i] += new1 * (d - m1[i])
			m2[i] = keep2*m2[i] + new2*d*d
			w[i] -= size * m1[i] / (float32(math.Sqrt(float64(m2[i])))*root + eps)
		}
	})
}
