package train

import (
	"math"

	"github.com/curate/curate/internal/ort/kernel"
)

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
			kernel.Adam(weights[lo:hi], gradient[lo:hi], m.first[lo:hi], m.second[lo:hi], f)
		})
	}
}

// factors are the constants of a step for one group.
func (a Adam) factors(s stride, lr, decay float64) kernel.Step {
	return kernel.Step{
		Scale: float32(s.scale), Keep: float32(1 - lr*decay),
		New1: float32(1 - a.Beta1), Keep2: float32(a.Beta2), New2: float32(1 - a.Beta2),
		Size: float32(lr / (1 - math.Pow(a.Beta1, float64(s.t)))),
		Root: float32(1 / math.Sqrt(1-math.Pow(a.Beta2, float64(s.t)))), Eps: float32(a.Eps),
	}
}
