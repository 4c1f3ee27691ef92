package autodiff

import (
	"math"

	"github.com/curate/curate/internal/onnx"
)

// GELU is y = x Phi(x), with the normal distribution Phi(x) = (1 + erf(x/sqrt 2))/2
// (Hendrycks & Gimpel, Gaussian Error Linear Units, 2016). Its slope is
// Phi(x) + x phi(x), with the bell phi(x) = e^(-x^2/2) / sqrt(2 pi).

// gelu is the operator as one node, of which nothing is kept: Phi is computed anew.
func gelu(b *tape, n *onnx.Node, dy string) {
	if n.Text("approximate") == "tanh" {
		b.fail("the tanh form of Gelu has no rule; write it in plain operators")
		return
	}
	x := n.In[0]
	if n.Domain == onnx.Curate {
		b.flow(x, func() string { return b.kernel("GeluGrad", 1, []string{dy, x})[0] })
		return
	}
	b.flow(x, func() string {
		phi := b.scaled(b.op("Add", b.op("Erf", b.scaled(x, math.Sqrt2/2)), b.scalar(1)), .5)
		return b.geluSlope(x, phi, dy)
	})
}

// geluSlope is dx = dy (Phi(x) + x phi(x)), in seven operators; the plain rules
// for the five of the forward pass would take twelve.
func (b *tape) geluSlope(x, phi, dy string) string {
	bell := b.op("Exp", b.scaled(b.mul(x, x), -.5))
	return b.mul(dy, b.op("Add", phi, b.mul(x, b.scaled(bell, 1/math.Sqrt(2*math.Pi)))))
}

// matchGelu recognises x (1 + erf(x c)) h in plain operators, c = 1/sqrt 2 and
// h = 1/2, at its last product, and returns x and Phi.
func (b *tape) matchGelu(n *onnx.Node) (x, phi string, ok bool) {
	x, phi = n.In[0], n.In[1]
	sum, ok := b.product(phi, .5)
	if !ok {
		return "", "", false
	}
	plus := b.from[sum]
	if plus == nil || plus.Op != "Add" || !b.isScalar(plus.In[1], 1) {
		return "", "", false
	}
	e := b.from[plus.In[0]]
	if e == nil || e.Op != "Erf" {
		return "", "", false
	}
	arg, ok := b.product(e.In[0], math.Sqrt2/2)
	return x, phi, ok && arg == x
}

// product returns u where value is u times the scalar v.
func (b *tape) product(value string, v float64) (u string, ok bool) {
	n := b.from[value]
	if n == nil || n.Op != "Mul" || !b.isScalar(n.In[1], v) {
		return "", false
	}
	return n.In[0], true
}

// isScalar tells whether a value is the constant v.
func (b *tape) isScalar(value string, v float64) bool {
	for _, t := range b.g.Init {
		if t.Name == value {
			f, err := t.Float32s()
			return err == nil && len(f) == 1 && f[0] == float32(v)
		}
	}
	return false
}
