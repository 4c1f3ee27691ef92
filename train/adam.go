package train

import "math"

// Adam is the optimiser's constants (Kingma & Ba, Adam, 2015, algorithm 1).
type Adam struct{ Beta1, Beta2, Eps float64 }

// moments are the running means of the gradient and of its square.
type moments struct{ first, second []float32 }

func newMoments(n int) moments { return moments{make([]float32, n), make([]float32, n)} }

// stride is how far one step goes.
type stride struct {
	t      int     // number of the step, counted from 1
	lr     float64 // learning rate; a group has its part of it
	scale  float64 // of the gradient
	groups []group // cover all weights
}

// update takes a step along gradient. The order of operations is that of
// torch.optim.Adam and, with weight decay, of torch.optim.AdamW (Loshchilov &
// Hutter, 2019). The slices have equal length.
func (a Adam) update(weights, gradient []float32, m moments, s stride, threads int) {
	for _, g := range s.groups {
		lr := s.lr * g.rate
		f := a.factors(s, lr, g.decay)
		inPieces(g.hi-g.lo, threads, func(lo, hi int) {
			lo, hi = lo+g.lo, hi+g.lo
			f.move(weights[lo:hi], gradient[lo:hi], m.first[lo:hi], m.second[lo:hi])
		})
	}
}

// factors are the constants of a step for one group.
type factors struct {
	scale, keep, new1, keep2, new2, size, root, eps float32
}

func (a Adam) factors(s stride, lr, decay float64) factors {
	return factors{
		scale: float32(s.scale), keep: float32(1 - lr*decay),
		new1: float32(1 - a.Beta1), keep2: float32(a.Beta2), new2: float32(1 - a.Beta2),
		size: float32(lr / (1 - math.Pow(a.Beta1, float64(s.t)))),
		root: float32(1 / math.Sqrt(1-math.Pow(a.Beta2, float64(s.t)))), eps: float32(a.Eps),
	}
}

func (f factors) move(w, g, m1, m2 []float32) {
	m1, m2 = m1[:len(w)], m2[:len(w)]
	for i, d := range g[:len(w)] {
		d *= f.scale
		m1[i] += f.new1 * (d - m1[i])
		m2[i] = f.keep2*m2[i] + f.new2*d*d
		w[i] = w[i]*f.keep - f.size*m1[i]/(float32(math.Sqrt(float64(m2[i])))*f.root+f.eps)
	}
}
