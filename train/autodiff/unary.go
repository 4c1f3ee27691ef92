package autodiff

import (
	"math"

	"github.com/curate/curate/internal/onnx"
)

func identity(b *tape, n *onnx.Node, dy string) { b.flow(n.In[0], func() string { return dy }) }

func neg(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.op("Neg", dy) })
}

// exp is y = e^x: dx = dy y.
func exp(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.mul(dy, n.Out[0]) })
}

// log is y = ln x: dx = dy / x.
func log(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.op("Div", dy, n.In[0]) })
}

// sqrt is y = x^(1/2): dx = dy / (2 y).
func sqrt(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.op("Div", b.scaled(dy, .5), n.Out[0]) })
}

// reciprocal is y = 1/x: dx = -dy y^2.
func reciprocal(b *tape, n *onnx.Node, dy string) {
	y := n.Out[0]
	b.flow(n.In[0], func() string { return b.op("Neg", b.mul(dy, b.mul(y, y))) })
}

// abs is y = |x|: dx = dy sign(x).
func abs(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.mul(dy, b.op("Sign", n.In[0])) })
}

// tanh: dx = dy (1 - y^2).
func tanh(b *tape, n *onnx.Node, dy string) {
	y := n.Out[0]
	b.flow(n.In[0], func() string { return b.mul(dy, b.op("Sub", b.scalar(1), b.mul(y, y))) })
}

// sigmoid: dx = dy y (1 - y).
func sigmoid(b *tape, n *onnx.Node, dy string) {
	y := n.Out[0]
	b.flow(n.In[0], func() string { return b.mul(dy, b.mul(y, b.op("Sub", b.scalar(1), y))) })
}

// erf: dx = dy 2/sqrt(pi) e^(-x^2).
func erf(b *tape, n *onnx.Node, dy string) {
	x := n.In[0]
	b.flow(x, func() string {
		bell := b.op("Exp", b.op("Neg", b.mul(x, x)))
		return b.mul(dy, b.scaled(bell, 2/math.Sqrt(math.Pi)))
	})
}

// relu is y = max(x, 0): dx = dy where x > 0.
func relu(b *tape, n *onnx.Node, dy string) {
	zero := b.scalar(0)
	b.flow(n.In[0], func() string { return b.op("Where", b.op("Greater", n.In[0], zero), dy, zero) })
}

// cast passes the gradient back in the type of its input.
func cast(b *tape, n *onnx.Node, dy string) {
	to := b.table.Type(n.In[0])
	if to != onnx.Float && to != onnx.Double {
		return
	}
	b.flow(n.In[0], func() string { return b.g.Op("Cast", []string{dy}, onnx.IntAttr("to", int(to))) })
}
