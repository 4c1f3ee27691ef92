package shape

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
)

// rules returns the shape rule of each operator.
func rules() map[string]rule {
	r := map[string]rule{
		"MatMul": matMul, "Gemm": gemm, "Conv": conv,
		"Transpose": transpose, "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze,
		"Slice": slice, "Concat": concat, "Split": split, "Expand": expand, "Gather": gather, "Pad": pad,
		"ReduceMean": reduce, "ReduceSum": reduce, "ReduceMax": reduce,
		"Linear": linear, "LinearInput": linearInput, "LinearWeight": linearWeight, "Attend": attend, "AttendGrad": attendGrad, "LayerNormGrad": layerNormGrad,
		"Scale": same, "ScaleGrad": scaleGrad, "GeluGrad": same,
		"LayerNormalization": layerNorm, "Shape": shapeOf, "Size": scalar, "ConstantOfShape": filled, "Where": broadcast,
	}
	for _, op := range []string{"Add", "Sub", "Mul", "Div", "Pow", "Greater", "Less", "Equal", "Max", "Min", "Sum"} {
		r[op] = broadcast
	}
	for _, op := range []string{
		"Identity", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Tanh", "Sigmoid", "Erf", "Relu", "Abs", "Sign", "Cast", "Softmax", "LogSoftmax",
		"Gelu", "FastGelu", "QuickGelu", "BiasGelu",
	} {
		r[op] = same
	}
	return r
}

func same(t *Table, n *onnx.Node) ([]Shape, error) { return []Shape{t.at(n, 0)}, nil }

func broadcast(t *Table, n *onnx.Node) ([]Shape, error) {
	s := t.at(n, 0)
	for i := 1; i < len(n.In); i++ {
		var err error
		if s, err = Broadcast(s, t.at(n, i)); err != nil {
			return nil, err
		}
	}
	return []Shape{s}, nil
}

// Broadcast returns the shape of an element-wise operation on a and b.
func Broadcast(a, b Shape) (Shape, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := append(Shape{}, a...)
	for i, d := range b {
		at := len(a) - len(b) + i
		switch {
		case out[at] == d || d == (Dim{N: 1}):
		case out[at] == (Dim{N: 1}):
			out[at] = d
		default:
			return nil, fmt.Errorf("%v and %v do not fit", a, b)
		}
	}
	return out, nil
}

func matMul(t *Table, n *onnx.Node) ([]Shape, error) {
	a, b := t.at(n, 0), t.at(n, 1)
	if len(a) < 2 || len(b) < 2 || a[len(a)-1] != b[len(b)-2] {
		return nil, fmt.Errorf("%v and %v cannot be multiplied", a, b)
	}
	lead, err := Broadcast(a[:len(a)-2], b[:len(b)-2])
	if err != nil {
		return nil, err
	}
	return []Shape{append(lead, a[len(a)-2], b[len(b)-1])}, nil
}

func gemm(t *Table, n *onnx.Node) ([]Shape, error) {
	a, b := t.at(n, 0), t.at(n, 1)
	if len(a) != 2 || len(b) != 2 {
		return nil, fmt.Errorf("%v and %v are no matrices", a, b)
	}
	rows, inner := a[0], a[1]
	if n.Int("transA", 0) == 1 {
		rows, inner = inner, rows
	}
	again, cols := b[0], b[1]
	if n.Int("transB", 0) == 1 {
		again, cols = cols, again
	}
	if inner != again {
		return nil, fmt.Errorf("%v and %v cannot be multiplied", a, b)
	}
	return []Shape{{rows, cols}}, nil
}

// conv knows patch embeddings: kernels side by side, no padding.
func conv(t *Table, n *onnx.Node) ([]Shape, error) {
	x, w := t.at(n, 0), t.at(n, 1)
	kernel, stride := n.Ints("kernel_shape"), n.Ints("strides")
	if len(x) != 4 || len(w) != 4 || !x[2].Fixed() || !x[3].Fixed() {
		return nil, fmt.Errorf("only pictures of fixed size are known, not %v and %v", x, w)
	}
	if kernel == nil {
		kernel = []int{w[2].N, w[3].N}
	}
	if len(stride) != 2 || stride[0] != kernel[0] || stride[1] != kernel[1] || n.Ints("pads") != nil || n.Int("group", 1) != 1 {
		return nil, fmt.Errorf("only kernels side by side without padding are known")
	}
	return []Shape{{x[0], w[0], {N: x[2].N / kernel[0]}, {N: x[3].N / kernel[1]}}}, nil
}

func layerNorm(t *Table, n *onnx.Node) ([]Shape, error) {
	x := t.at(n, 0)
	stat := append(Shape{}, x...)
	for i := Axis(n.Int("axis", -1), len(x)); i < len(x); i++ {
		stat[i] = Dim{N: 1}
	}
	return []Shape{x, stat, stat}, nil
}

func shapeOf(t *Table, n *onnx.Node) ([]Shape, error) {
	start, end := span(n, len(t.at(n, 0)))
	return []Shape{Of(end - start)}, nil
}

func scalar(*Table, *onnx.Node) ([]Shape, error) { return []Shape{{}}, nil }

func filled(t *Table, n *onnx.Node) ([]Shape, error) {
	s, ok := t.ints[n.In[0]]
	if !ok {
		return []Shape{nil}, nil
	}
	return []Shape{append(Shape{}, s...)}, nil
}

func reduce(t *Table, n *onnx.Node) ([]Shape, error) {
	x := t.at(n, 0)
	axes, err := t.Axes(n, len(x))
	if err != nil {
		return nil, err
	}
	gone := map[int]bool{}
	for i := range x {
		gone[i] = len(axes) == 0
	}
	for _, a := range axes {
		gone[a] = true
	}
	out := Shape{}
	for i, d := range x {
		if !gone[i] {
			out = append(out, d)
		} else if n.Int("keepdims", 1) == 1 {
			out = append(out, Dim{N: 1})
		}
	}
	return []Shape{out}, nil
}
