package autodiff

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/shape"
)

// op adds a node without attributes.
func (b *tape) op(op string, in ...string) string { return b.g.Op(op, in) }

func (b *tape) mul(x, y string) string { return b.op("Mul", x, y) }

// scaled returns v times x.
func (b *tape) scaled(x string, v float64) string {
	if v == 1 {
		return x
	}
	return b.mul(x, b.scalar(v))
}

// scalar returns a constant of the loss's type.
func (b *tape) scalar(v float64) string {
	if name, ok := b.scalars[v]; ok {
		return name
	}
	b.scalars[v] = b.constant(v, nil)
	return b.scalars[v]
}

// constant stores a tensor with one element of the loss's type.
func (b *tape) constant(v float64, dims []int64) string {
	t := b.element(v, dims)
	t.Name = b.g.Fresh("gradconst")
	b.g.Init = append(b.g.Init, t)
	return t.Name
}

func (b *tape) element(v float64, dims []int64) *onnx.Tensor {
	if b.typ == onnx.Double {
		return &onnx.Tensor{Type: onnx.Double, Dims: dims, Raw: binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))}
	}
	return &onnx.Tensor{Type: onnx.Float, Dims: dims, Floats: []float32{float32(v)}}
}

// shape returns the shape of a value of the forward graph.
func (b *tape) shape(value string) shape.Shape {
	s, err := b.table.Shape(value)
	if err != nil {
		b.fail("%w", err)
	}
	return s
}

// sum adds x up over axes.
func (b *tape) sum(x string, keep int, axes ...int) string {
	return b.g.Op("ReduceSum", []string{x, b.g.Ints(axes...)}, onnx.IntAttr("keepdims", keep))
}

// swap transposes the last two of rank dimensions.
func (b *tape) swap(x string, rank int) string {
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = i
	}
	perm[rank-2], perm[rank-1] = rank-1, rank-2
	return b.g.Op("Transpose", []string{x}, onnx.IntsAttr("perm", perm...))
}

// reshape gives v the listed dimensions, one of which may be -1.
func (b *tape) reshape(v string, dims ...int) string {
	return b.op("Reshape", v, b.g.Ints(dims...))
}

// dims returns the shape of x as a value: a constant with at most one -1 where
// that is enough for a Reshape, else read when the graph runs.
func (b *tape) dims(x string) string {
	s := b.shape(x)
	out, open := make([]int, len(s)), 0
	for i, d := range s {
		out[i] = d.N
		if !d.Fixed() {
			out[i], open = -1, open+1
		}
	}
	if open > 1 || slices.Contains(out, 0) {
		return b.op("Shape", x)
	}
	return b.g.Ints(out...)
}

// reshapeLike gives v the shape of x.
func (b *tape) reshapeLike(v, x string) string { return b.op("Reshape", v, b.dims(x)) }

// expandLike repeats v, whose dimensions of size 1 may stand for larger ones, to
// the shape of x.
func (b *tape) expandLike(v, x string) string { return b.op("Expand", v, b.op("Shape", x)) }

// unbroadcast undoes the broadcasting of x to the shape of y: the gradient of a
// value that was used many times is the sum over its uses.
func (b *tape) unbroadcast(dy, y, x string) string {
	return b.sumTo(dy, b.shape(y), x)
}

// sumTo adds up v, which has the given shape, to the shape of x.
func (b *tape) sumTo(v string, from shape.Shape, x string) string {
	to := b.shape(x)
	lead := len(from) - len(to)
	if lead < 0 {
		b.fail("a value of shape %v cannot come from one of shape %v", from, to)
		return v
	}
	var axes []int
	for i, d := range from {
		if i < lead || (to[i-lead] == shape.Dim{N: 1} && d != to[i-lead]) {
			axes = append(axes, i)
		}
	}
	switch {
	case len(axes) == 0:
		return v
	case lead == 0:
		return b.sum(v, 1, axes...)
	case len(axes) == lead:
		return b.sum(v, 0, axes...)
	}
	return b.reshapeLike(b.sum(v, 0, axes...), x)
}

// zerosLike returns zeros of the shape of x.
func (b *tape) zerosLike(x string) string {
	return b.g.Op("ConstantOfShape", []string{b.op("Shape", x)}, onnx.TensorAttr("value", b.element(0, []int64{1})))
}
