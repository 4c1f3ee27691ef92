package train

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/optimize"
)

// logistic is multinomial logistic regression with an L2 penalty (Hastie,
// Tibshirani & Friedman, The Elements of Statistical Learning, 2nd ed., section
// 4.4): the weighted mean over pictures of -ln p(class), and l2/2 times the squared weights.
// It is convex, so L-BFGS finds the one least value.
type logistic struct {
	x       []float32 // features row by row
	label   []int
	weight  []float64 // of each class
	total   float64   // weight of all pictures
	dim     int
	classes int
	threads int
	w       []float64 // for each class its weights and its bias; where the next fit starts

	parts []logisticPart
}

// logisticPart is what one block of pictures adds.
type logisticPart struct {
	loss     float64
	gradient []float64
}

// blocks is the number of parts that pictures are divided into. It is fixed, so
// that sums do not depend on the number of threads.
const blocks = 16

func newLogistic(x []float32, f Features, classes, threads int) *logistic {
	l := &logistic{x: x, label: f.Label, dim: f.Dim, classes: classes, threads: threads, w: make([]float64, classes*(f.Dim+1))}
	l.weigh(nil)
	l.parts = make([]logisticPart, blocks)
	for i := range l.parts {
		l.parts[i].gradient = make([]float64, len(l.w))
	}
	return l
}

// weigh says how much a picture of each class counts; nil lets all count the same.
func (l *logistic) weigh(weights []float64) {
	l.weight, l.total = make([]float64, l.classes), 0
	for c := range l.weight {
		l.weight[c] = 1
	}
	copy(l.weight, weights)
	for _, c := range l.label {
		l.total += l.weight[c]
	}
}

// minimise moves w to the least value for a penalty, and returns the mean loss
// there, without the penalty, and the number of steps.
func (l *logistic) minimise(l2 float64) (loss float64, steps int, err error) {
	problem := optimize.Problem{
		Func: func(w []float64) float64 { return l.value(w, nil, l2) },
		Grad: func(grad, w []float64) { l.value(w, grad, l2) },
	}
	settings := &optimize.Settings{
		GradientThreshold: 1e-6, MajorIterations: 500,
		Converger: &optimize.FunctionConverge{Absolute: 1e-10, Relative: 1e-10, Iterations: 20},
	}
	r, err := optimize.Minimize(problem, l.w, settings, &optimize.LBFGS{Store: 10})
	if r == nil {
		return 0, 0, errors.Join(errors.New("no minimum was found"), err)
	}
	// A line search that finds nothing better stands at the minimum, to rounding.
	copy(l.w, r.X)
	return l.value(l.w, nil, 0), r.MajorIterations, nil
}

// value returns the objective at w and, where grad is not nil, writes its gradient.
func (l *logistic) value(w, grad []float64, l2 float64) float64 {
	inBlocks(len(l.parts), l.threads, func(i int) { l.block(i, w, grad != nil) })
	n := l.total
	loss := 0.
	if grad != nil {
		clear(grad)
	}
	for _, p := range l.parts {
		loss += p.loss / n
		for i := range grad {
			grad[i] += p.gradient[i] / n
		}
	}
	for i, v := range w {
		if i%(l.dim+1) == l.dim {
			continue // biases are free
		}
		loss += l2 / 2 * v * v
		if grad != nil {
			grad[i] += l2 * v
		}
	}
	return loss
}

// block computes the part of block i.
func (l *logistic) block(i int, w []float64, gradient bool) {
	p := &l.parts[i]
	p.loss = 0
	clear(p.gradient)
	z := make([]float64, l.classes)
	n := len(l.label)
	for r := i * n / blocks; r < (i+1)*n/blocks; r++ {
		x := l.x[r*l.dim : (r+1)*l.dim]
		l.scores(w, x, z)
		weight := l.weight[l.label[r]]
		p.loss -= weight * z[l.label[r]]
		if !gradient {
			continue
		}
		for c := range z {
			d := math.Exp(z[c])
			if c == l.label[r] {
				d--
			}
			d *= weight
			g := p.gradient[c*(l.dim+1) : (c+1)*(l.dim+1)]
			for k, v := range x {
				g[k] += d * float64(v)
			}
			g[l.dim] += d
		}
	}
}

// scores writes the logarithm of each class's probability.
func (l *logistic) scores(w []float64, x []float32, z []float64) {
	top := math.Inf(-1)
	for c := range z {
		row := w[c*(l.dim+1) : (c+1)*(l.dim+1)]
		sum := row[l.dim]
		for k, v := range x {
			sum += row[k] * float64(v)
		}
		z[c] = sum
		top = max(top, sum)
	}
	sum := 0.
	for _, v := range z {
		sum += math.Exp(v - top)
	}
	for c := range z {
		z[c] -= top + math.Log(sum)
	}
}
