package shape

import "github.com/curate/curate/internal/onnx"

// fold follows integer vectors through the operators that put shapes together, so
// that Reshape and Expand know where they lead.
func (t *Table) fold(n *onnx.Node) error {
	switch n.Op {
	case "Shape":
		s := t.at(n, 0)
		start, end := span(n, len(s))
		t.ints[n.Out[0]] = append([]Dim{}, s[start:end]...)
	case "Concat":
		t.foldConcat(n)
	case "Gather":
		return t.foldGather(n)
	case "Slice":
		return t.foldSlice(n)
	case "Identity", "Unsqueeze", "Squeeze":
		if v, ok := t.ints[n.In[0]]; ok {
			t.ints[n.Out[0]] = v
		}
	}
	return nil
}

// span returns the part of a shape that a Shape node takes.
func span(n *onnx.Node, rank int) (start, end int) {
	start, end = Axis(n.Int("start", 0), rank), Axis(n.Int("end", rank), rank)
	start = min(max(start, 0), rank)
	return start, min(max(end, start), rank)
}

func (t *Table) foldConcat(n *onnx.Node) {
	all := []Dim{}
	for _, in := range n.In {
		v, ok := t.ints[in]
		if !ok {
			return
		}
		all = append(all, v...)
	}
	t.ints[n.Out[0]] = all
}

func (t *Table) foldGather(n *onnx.Node) error {
	v, known := t.ints[n.In[0]]
	at, fixed := t.Ints(n.In[1])
	if !known || !fixed {
		return nil
	}
	out := []Dim{}
	for _, i := range at {
		if i = Axis(i, len(v)); i < 0 || i >= len(v) {
			return outside(i, len(v))
		}
		out = append(out, v[i])
	}
	t.ints[n.Out[0]] = out
	return nil
}

func (t *Table) foldSlice(n *onnx.Node) error {
	v, known := t.ints[n.In[0]]
	if !known {
		return nil
	}
	cuts, err := t.Cuts(n, 1)
	if err != nil {
		return err
	}
	for _, c := range cuts {
		start, end := c.In(len(v))
		t.ints[n.Out[0]] = append([]Dim{}, v[start:end]...)
	}
	return nil
}
