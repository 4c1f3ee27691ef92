package autodiff

import (
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/shape"
)

// layerNorm is y = xh w + c over the last axis, xh = (x - mean) inv,
// inv = 1/sqrt(var + eps) (Ba et al., Layer Normalization, 2016, eq. 4). With
// e = dy w:
//
//	dw = sum dy xh, dc = sum dy, dx = inv (e - mean(e) - xh mean(e xh)).
//
// The node is made to give mean and inv, so that they are not computed twice.
func layerNorm(b *tape, n *onnx.Node, dy string) {
	x, w := n.In[0], n.In[1]
	s := b.shape(x)
	if b.err != nil {
		return
	}
	if shape.Axis(n.Int("axis", -1), len(s)) != len(s)-1 {
		b.fail("only the last axis is known")
		return
	}
	for len(n.Out) < 3 {
		n.Out = append(n.Out, b.g.Fresh("LayerNormalization"))
	}
	if b.kernels() && len(n.In) > 2 {
		layerNormKernel(b, n, dy)
		return
	}
	xh := b.mul(b.op("Sub", x, n.Out[1]), n.Out[2])
	b.flow(w, func() string { return b.unbroadcast(b.mul(dy, xh), n.Out[0], w) })
	if len(n.In) > 2 {
		b.flow(n.In[2], func() string { return b.unbroadcast(dy, n.Out[0], n.In[2]) })
	}
	b.flow(x, func() string {
		e := b.mul(dy, w)
		rest := b.op("Sub", e, b.mean(e))
		return b.mul(b.op("Sub", rest, b.mul(xh, b.mean(b.mul(e, xh)))), n.Out[2])
	})
}

// mean is the mean over the last axis, which stays with size 1.
func (b *tape) mean(x string) string {
	return b.g.Op("ReduceMean", []string{x}, onnx.IntsAttr("axes", -1))
}

// softmax is y = e^x / sum e^x along an axis: dx = y (dy - sum(dy y)).
func softmax(b *tape, n *onnx.Node, dy string) {
	y, axis := n.Out[0], n.Int("axis", -1)
	b.flow(n.In[0], func() string {
		return b.mul(y, b.op("Sub", dy, b.sum(b.mul(dy, y), 1, axis)))
	})
}

// logSoftmax is y = x - ln sum e^x along an axis: dx = dy - e^y sum dy.
func logSoftmax(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string {
		return b.op("Sub", dy, b.mul(b.op("Exp", n.Out[0]), b.sum(dy, 1, n.Int("axis", -1))))
	})
}
