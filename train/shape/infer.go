package shape

import (
	"encoding/binary"
	"fmt"

	"github.com/curate/curate/internal/onnx"
)

// rule returns the shapes of a node's outputs.
type rule func(t *Table, n *onnx.Node) ([]Shape, error)

// Infer returns the shapes of the values of g. A node whose operator is unknown,
// or whose inputs are, leaves its outputs unknown; a node whose inputs do not fit
// is an error that names it.
func Infer(g *onnx.Graph) (*Table, error) {
	t := &Table{shapes: map[string]Shape{}, types: map[string]onnx.Type{}, ints: map[string][]Dim{}, why: map[string]string{}}
	for _, v := range g.Inputs {
		t.shapes[v.Name], t.types[v.Name] = input(v), v.Type
	}
	for _, w := range g.Init {
		t.weight(w)
	}
	rules := rules()
	for _, n := range g.Nodes {
		if err := t.node(n, rules); err != nil {
			return nil, fmt.Errorf("shape of %s (%s): %w", n.Op, n.Name, err)
		}
	}
	return t, nil
}

func input(v onnx.Value) Shape {
	s := make(Shape, len(v.Dims))
	for i, d := range v.Dims {
		s[i] = Dim{N: int(d.Size)}
		if d.Name != "" {
			s[i] = Dim{N: 1, Sym: d.Name}
		}
	}
	return s
}

func (t *Table) weight(w *onnx.Tensor) {
	s := make(Shape, len(w.Dims))
	for i, d := range w.Dims {
		s[i].N = int(d)
	}
	t.shapes[w.Name], t.types[w.Name] = s, w.Type
	if w.Type != onnx.Int64 || len(s) > 1 {
		return
	}
	values := w.Ints
	for i := 0; values == nil && i+8 <= len(w.Raw); i += 8 {
		t.ints[w.Name] = append(t.ints[w.Name], Dim{N: int(int64(binary.LittleEndian.Uint64(w.Raw[i:])))})
	}
	for _, v := range values {
		t.ints[w.Name] = append(t.ints[w.Name], Dim{N: int(v)})
	}
}

func (t *Table) node(n *onnx.Node, rules map[string]rule) error {
	rule, ok := rules[n.Op]
	if !ok {
		t.unknown(n, fmt.Sprintf("operator %s (node %s) has no shape rule", n.Op, n.Name))
		return nil
	}
	for _, in := range n.In {
		if _, known := t.shapes[in]; in != "" && !known {
			t.unknown(n, t.why[in])
			return nil
		}
	}
	out, err := rule(t, n)
	if err != nil {
		return err
	}
	for i, s := range out {
		if i >= len(n.Out) {
			break
		}
		if t.shapes[n.Out[i]] = s; s == nil {
			delete(t.shapes, n.Out[i])
			t.why[n.Out[i]] = fmt.Sprintf("it depends on what operator %s (node %s) reads", n.Op, n.Name)
		}
		t.types[n.Out[i]] = t.elem(n)
	}
	return t.fold(n)
}

// unknown notes why nothing is known of a node's outputs.
func (t *Table) unknown(n *onnx.Node, why string) {
	for _, out := range n.Out {
		t.why[out] = why
	}
}

// elem returns the element type of a node's outputs.
func (t *Table) elem(n *onnx.Node) onnx.Type {
	switch n.Op {
	case "Cast":
		return onnx.Type(n.Int("to", 0))
	case "Shape", "Size":
		return onnx.Int64
	case "ConstantOfShape":
		if v := n.Tensor("value"); v != nil {
			return v.Type
		}
		return onnx.Float
	case "Greater", "Less", "Equal":
		return onnx.Bool
	case "Where":
		return t.types[n.In[1]]
	}
	return t.types[n.In[0]]
}

// at returns the shape of input i, which is known.
func (t *Table) at(n *onnx.Node, i int) Shape { return t.shapes[n.In[i]] }

// optional returns the integers of input i, nil if it is left out.
func (t *Table) optional(n *onnx.Node, i int) ([]int, error) {
	if len(n.In) <= i || n.In[i] == "" {
		return nil, nil
	}
	v, ok := t.Ints(n.In[i])
	if !ok {
		return nil, fmt.Errorf("input %d (%s) is no constant", i, n.In[i])
	}
	return v, nil
}

// Axes returns the axes of a reduction, of Squeeze or of Unsqueeze: attribute or
// input, negative ones counted from rank. No axes are given as nil.
func (t *Table) Axes(n *onnx.Node, rank int) ([]int, error) {
	axes := n.Ints("axes")
	if axes == nil {
		given, err := t.optional(n, 1)
		if err != nil {
			return nil, err
		}
		axes = given
	}
	out := make([]int, len(axes))
	for i, a := range axes {
		out[i] = Axis(a, rank)
		if out[i] < 0 || out[i] >= rank {
			return nil, fmt.Errorf("axis %d of %d", a, rank)
		}
	}
	return out, nil
}

// Axis counts a negative axis from rank.
func Axis(a, rank int) int {
	if a < 0 {
		return a + rank
	}
	return a
}
