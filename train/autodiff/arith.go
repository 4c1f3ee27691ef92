package autodiff

import "github.com/curate/curate/internal/onnx"

// add is y = u + v.
func add(b *tape, n *onnx.Node, dy string) {
	for _, in := range n.In {
		b.flow(in, func() string { return b.unbroadcast(dy, n.Out[0], in) })
	}
}

// sub is y = u - v.
func sub(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.unbroadcast(dy, n.Out[0], n.In[0]) })
	b.flow(n.In[1], func() string { return b.op("Neg", b.unbroadcast(dy, n.Out[0], n.In[1])) })
}

// mul is y = u v: du = dy v, dv = dy u.
func mul(b *tape, n *onnx.Node, dy string) {
	if x, phi, ok := b.matchGelu(n); ok {
		b.flow(x, func() string { return b.geluSlope(x, phi, dy) })
		return
	}
	u, v := n.In[0], n.In[1]
	b.flow(u, func() string { return b.unbroadcast(b.mul(dy, v), n.Out[0], u) })
	b.flow(v, func() string { return b.unbroadcast(b.mul(dy, u), n.Out[0], v) })
}

// div is y = u / v: du = dy / v, dv = -dy y / v.
func div(b *tape, n *onnx.Node, dy string) {
	u, v, y := n.In[0], n.In[1], n.Out[0]
	b.flow(u, func() string { return b.unbroadcast(b.op("Div", dy, v), y, u) })
	b.flow(v, func() string { return b.unbroadcast(b.op("Neg", b.op("Div", b.mul(dy, y), v)), y, v) })
}

// pow is y = x^c for a constant c: dx = dy c x^(c-1).
func pow(b *tape, n *onnx.Node, dy string) {
	x, c := n.In[0], n.In[1]
	if b.needs[c] {
		b.fail("the exponent %s depends on a parameter; only constant exponents are known", c)
		return
	}
	b.flow(x, func() string {
		slope := b.mul(c, b.op("Pow", x, b.op("Sub", c, b.scalar(1))))
		return b.unbroadcast(b.mul(dy, slope), n.Out[0], x)
	})
}

// where is y = c ? u : v.
func where(b *tape, n *onnx.Node, dy string) {
	c, u, v := n.In[0], n.In[1], n.In[2]
	b.flow(u, func() string { return b.unbroadcast(b.op("Where", c, dy, b.scalar(0)), n.Out[0], u) })
	b.flow(v, func() string { return b.unbroadcast(b.op("Where", c, b.scalar(0), dy), n.Out[0], v) })
}
