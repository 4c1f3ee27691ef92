package autodiff

import (
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/shape"
)

// reduceSum is y = sum of x over axes: every element gets dy.
func reduceSum(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.spread(n, dy) })
}

// reduceMean is the same divided by the number of elements that were added.
func reduceMean(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string {
		count := b.g.Op("Cast", []string{b.op("Div", b.op("Size", n.In[0]), b.op("Size", n.Out[0]))}, onnx.IntAttr("to", int(b.typ)))
		return b.spread(n, b.op("Div", dy, count))
	})
}

// reduceMax is y = the largest of x over axes: dy goes to the largest, in equal
// shares where several are (as torch.amax has it).
func reduceMax(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string {
		top := b.spread(n, n.Out[0])
		is := b.g.Op("Cast", []string{b.op("Equal", n.In[0], top)}, onnx.IntAttr("to", int(b.typ)))
		axes, err := b.table.Axes(n, len(b.shape(n.In[0])))
		if err != nil {
			b.fail("%w", err)
		}
		if b.err != nil {
			return dy
		}
		if len(axes) == 0 {
			axes = every(len(b.shape(n.In[0])))
		}
		return b.mul(b.spread(n, dy), b.op("Div", is, b.sum(is, 1, axes...)))
	})
}

// spread repeats the gradient of a reduction over the axes that it took away.
func (b *tape) spread(n *onnx.Node, dy string) string {
	x := b.shape(n.In[0])
	axes, err := b.table.Axes(n, len(x))
	if err != nil {
		b.fail("%w", err)
	}
	if b.err != nil {
		return dy
	}
	if n.Int("keepdims", 1) == 0 {
		dy = b.restore(dy, x, axes)
	}
	return b.expandLike(dy, n.In[0])
}

// restore puts the axes that a reduction took away back, with size 1.
func (b *tape) restore(dy string, x shape.Shape, axes []int) string {
	if len(axes) == 0 {
		axes = every(len(x))
	}
	return b.op("Unsqueeze", dy, b.g.Ints(axes...))
}

// every lists all axes of a value.
func every(rank int) []int {
	axes := make([]int, rank)
	for i := range axes {
		axes[i] = i
	}
	return axes
}
