package shape

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
)

func concat(t *Table, n *onnx.Node) ([]Shape, error) {
	out := append(Shape{}, t.at(n, 0)...)
	axis := Axis(n.Int("axis", 0), len(out))
	if axis < 0 || axis >= len(out) {
		return nil, outside(axis, len(out))
	}
	for i := 1; i < len(n.In); i++ {
		x := t.at(n, i)
		if len(x) != len(out) || x[axis].Sym != out[axis].Sym {
			return nil, fmt.Errorf("%v and %v cannot be joined", out, x)
		}
		out[axis].N += x[axis].N
	}
	return []Shape{out}, nil
}

func split(t *Table, n *onnx.Node) ([]Shape, error) {
	x := t.at(n, 0)
	axis := Axis(n.Int("axis", 0), len(x))
	if axis < 0 || axis >= len(x) {
		return nil, outside(axis, len(x))
	}
	sizes, err := t.optional(n, 1)
	if err != nil {
		return nil, err
	}
	out := make([]Shape, len(n.Out))
	for i := range out {
		out[i] = append(Shape{}, x...)
		out[i][axis].N = x[axis].N / len(out)
		if sizes != nil {
			out[i][axis].N = sizes[i]
		}
	}
	return out, nil
}

func expand(t *Table, n *onnx.Node) ([]Shape, error) {
	to, ok := t.ints[n.In[1]]
	if !ok {
		return []Shape{nil}, nil
	}
	s, err := Broadcast(t.at(n, 0), to)
	return []Shape{s}, err
}

func gather(t *Table, n *onnx.Node) ([]Shape, error) {
	x, at := t.at(n, 0), t.at(n, 1)
	axis := Axis(n.Int("axis", 0), len(x))
	if axis < 0 || axis >= len(x) {
		return nil, outside(axis, len(x))
	}
	out := append(Shape{}, x[:axis]...)
	return []Shape{append(append(out, at...), x[axis+1:]...)}, nil
}

func pad(t *Table, n *onnx.Node) ([]Shape, error) {
	out := append(Shape{}, t.at(n, 0)...)
	pads, err := t.optional(n, 1)
	if err != nil {
		return nil, err
	}
	if len(pads) != 2*len(out) {
		return nil, fmt.Errorf("pads %v for %v", pads, out)
	}
	for i := range out {
		if add := pads[i] + pads[len(out)+i]; add != 0 {
			if !out[i].Fixed() {
				return []Shape{nil}, nil
			}
			out[i].N += add
		}
	}
	return []Shape{out}, nil
}
