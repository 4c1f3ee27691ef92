package autodiff

import (
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/shape"
)

// transpose goes back by the inverse permutation.
func transpose(b *tape, n *onnx.Node, dy string) {
	perm, err := shape.Perm(n, len(b.shape(n.In[0])))
	if err != nil {
		b.fail("%w", err)
		return
	}
	inverse := make([]int, len(perm))
	for i, p := range perm {
		inverse[p] = i
	}
	b.flow(n.In[0], func() string {
		return b.g.Op("Transpose", []string{dy}, onnx.IntsAttr("perm", inverse...))
	})
}

// reshaped serves every operator that keeps the elements in their order.
func reshaped(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.reshapeLike(dy, n.In[0]) })
}

// slice: what was cut away gets 0.
func slice(b *tape, n *onnx.Node, dy string) {
	x := b.shape(n.In[0])
	cuts, err := b.table.Cuts(n, len(x))
	if err != nil {
		b.fail("%w", err)
		return
	}
	b.flow(n.In[0], func() string {
		pads := make([]int, 2*len(x))
		for _, c := range cuts {
			start, end := c.In(b.fixed(x, c.Axis))
			pads[c.Axis], pads[len(x)+c.Axis] = start, x[c.Axis].N-end
		}
		return b.padded(dy, pads)
	})
}

// fixed returns the size of an axis that must be known.
func (b *tape) fixed(x shape.Shape, axis int) int {
	if !x[axis].Fixed() {
		b.fail("axis %d of %v has no fixed size", axis, x)
	}
	return x[axis].N
}

func (b *tape) padded(x string, pads []int) string {
	return b.op("Pad", x, b.g.Ints(pads...), b.scalar(0))
}

// pad with a constant: what was added has no gradient.
func pad(b *tape, n *onnx.Node, dy string) {
	x := b.shape(n.In[0])
	pads, ok := b.table.Ints(n.In[1])
	if !ok || len(pads) != 2*len(x) || (n.Text("mode") != "" && n.Text("mode") != "constant") {
		b.fail("only constant padding by constant widths is known")
		return
	}
	b.flow(n.In[0], func() string {
		for axis := range x {
			if before, after := pads[axis], pads[len(x)+axis]; before != 0 || after != 0 {
				dy = b.cut(dy, axis, before, before+b.fixed(x, axis))
			}
		}
		return dy
	})
}

// cut takes [start, end) of an axis.
func (b *tape) cut(x string, axis, start, end int) string {
	return b.op("Slice", x, b.g.Ints(start), b.g.Ints(end), b.g.Ints(axis))
}

// concat: each input gets its own part.
func concat(b *tape, n *onnx.Node, dy string) {
	axis := shape.Axis(n.Int("axis", 0), len(b.shape(n.Out[0])))
	at := 0
	for _, in := range n.In {
		size := b.fixed(b.shape(in), axis)
		b.flow(in, func() string { return b.cut(dy, axis, at, at+size) })
		at += size
	}
}

// split is the reverse; a part that the loss does not depend on has gradient 0.
func split(b *tape, n *onnx.Node, _ string) {
	b.flow(n.In[0], func() string {
		parts := make([]string, len(n.Out))
		for i, out := range n.Out {
			if parts[i] = b.grad[out]; parts[i] == "" {
				parts[i] = b.zerosLike(out)
			}
		}
		return b.g.Op("Concat", parts, onnx.IntAttr("axis", n.Int("axis", 0)))
	})
}

// expand repeats its input: the gradient is the sum over the repetitions.
func expand(b *tape, n *onnx.Node, dy string) {
	b.flow(n.In[0], func() string { return b.unbroadcast(dy, n.Out[0], n.In[0]) })
}

// gather takes rows by constant numbers, of which there are few (a class token):
// each row's gradient goes back to its place, everything else gets 0.
func gather(b *tape, n *onnx.Node, dy string) {
	x, at := b.shape(n.In[0]), b.shape(n.In[1])
	rows, ok := b.table.Ints(n.In[1])
	axis := shape.Axis(n.Int("axis", 0), len(x))
	if !ok || len(rows) > maxRows || len(at) > 1 {
		b.fail("only up to %d constant rows are known", maxRows)
		return
	}
	b.flow(n.In[0], func() string {
		if len(at) == 0 {
			dy = b.op("Unsqueeze", dy, b.g.Ints(axis))
		}
		total := ""
		for i, row := range rows {
			d := b.place(b.cut(dy, axis, i, i+1), x, axis, row)
			if total != "" {
				d = b.op("Add", total, d)
			}
			total = d
		}
		return total
	})
}

// maxRows bounds the graph that gather writes: two nodes a row.
const maxRows = 64

// place puts a slice of size 1 at its row among zeros.
func (b *tape) place(row string, x shape.Shape, axis, at int) string {
	size := b.fixed(x, axis)
	at = shape.Axis(at, size)
	pads := make([]int, 2*len(x))
	pads[axis], pads[len(x)+axis] = at, size-1-at
	return b.padded(row, pads)
}
