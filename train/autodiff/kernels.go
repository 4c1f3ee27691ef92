package autodiff

import "github.com/curate/curate/internal/onnx"

// The operators of internal/ort/kernel have gradients of their own, which also take
// what would be added to their result: a graph that declares the domain gets them.

// kernel adds a node with n outputs of that domain.
func (b *tape) kernel(op string, n int, in []string, attrs ...onnx.Attr) []string {
	return b.g.OpIn(onnx.Curate, op, n, in, attrs...)
}

// kernels tells whether the graph may have such operators.
func (b *tape) kernels() bool { return b.g.Opsets[onnx.Curate] != 0 }

// absorb gives a value its gradient through an operator that adds the gradient so
// far, "" where there is none, to its own result.
func (b *tape) absorb(value string, dx func(add string) string) {
	if value == "" || !b.needs[value] || b.err != nil {
		return
	}
	b.grad[value] = dx(b.grad[value])
}

// linearKernel is y = x w^T + c.
func linearKernel(b *tape, n *onnx.Node, dy string) {
	b.absorb(n.In[0], func(add string) string { return b.kernel("LinearInput", 1, optional(dy, n.In[1], add))[0] })
	bias := ""
	if len(n.In) > 2 {
		bias = n.In[2]
	}
	if !b.needs[n.In[1]] {
		b.flow(bias, func() string { return b.sum(dy, 0, 0) })
		return
	}
	grads := b.kernel("LinearWeight", 2, []string{dy, n.In[0]})
	b.flow(n.In[1], func() string { return grads[0] })
	b.flow(bias, func() string { return grads[1] })
}

// optional leaves a last input out where it is "".
func optional(in ...string) []string {
	if in[len(in)-1] == "" {
		return in[:len(in)-1]
	}
	return in
}

func attendKernel(b *tape, n *onnx.Node, dy string) {
	need := false
	for _, in := range n.In {
		need = need || b.needs[in]
	}
	if !need {
		return
	}
	grads := b.kernel("AttendGrad", 3, []string{dy, n.In[0], n.In[1], n.In[2], n.Out[1]}, n.Attrs...)
	for i, in := range n.In {
		b.flow(in, func() string { return grads[i] })
	}
}

// scaleKernel is y = x + v s.
func scaleKernel(b *tape, n *onnx.Node, dy string) {
	v, s, x := n.In[0], n.In[1], n.In[2]
	b.flow(x, func() string { return dy })
	if !b.needs[s] {
		b.flow(v, func() string { return b.mul(dy, s) })
		return
	}
	grads := b.kernel("ScaleGrad", 2, []string{dy, v, s})
	b.flow(v, func() string { return grads[0] })
	b.flow(s, func() string { return grads[1] })
}

func layerNormKernel(b *tape, n *onnx.Node, dy string) {
	x, w := n.In[0], n.In[1]
	var grads []string
	compute := func(add string) string {
		grads = b.kernel("LayerNormGrad", 3, optional(dy, x, w, n.Out[1], n.Out[2], add))
		return grads[0]
	}
	if b.needs[x] {
		b.absorb(x, compute)
	} else {
		compute("")
	}
	b.flow(w, func() string { return grads[1] })
	if len(n.In) > 2 {
		b.flow(n.In[2], func() string { return grads[2] })
	}
}
