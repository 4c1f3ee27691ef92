package onnx

// attrKind is AttributeProto.AttributeType.
type attrKind int32

const (
	attrFloat  attrKind = 1
	attrInt    attrKind = 2
	attrString attrKind = 3
	attrTensor attrKind = 4
	attrFloats attrKind = 6
	attrInts   attrKind = 7
)

// Attr is a named constant of a node. Make one with [IntAttr], [IntsAttr],
// [FloatAttr], [StringAttr] or [TensorAttr].
type Attr struct {
	Name   string
	kind   attrKind
	f      float32
	i      int64
	s      string
	t      *Tensor
	ints   []int64
	floats []float32
}

// IntAttr makes an integer attribute.
func IntAttr(name string, v int) Attr { return Attr{Name: name, kind: attrInt, i: int64(v)} }

// IntsAttr makes a list of integers.
func IntsAttr(name string, v ...int) Attr { return Attr{Name: name, kind: attrInts, ints: int64s(v)} }

// FloatAttr makes a float attribute.
func FloatAttr(name string, v float32) Attr { return Attr{Name: name, kind: attrFloat, f: v} }

// StringAttr makes a string attribute.
func StringAttr(name, v string) Attr { return Attr{Name: name, kind: attrString, s: v} }

// TensorAttr makes a tensor attribute.
func TensorAttr(name string, t *Tensor) Attr { return Attr{Name: name, kind: attrTensor, t: t} }

// Attr returns the node's attribute of that name.
func (n *Node) Attr(name string) (Attr, bool) {
	for _, a := range n.Attrs {
		if a.Name == name {
			return a, true
		}
	}
	return Attr{}, false
}

// Int returns an integer attribute, or def where the node has none of that name.
func (n *Node) Int(name string, def int) int {
	if a, ok := n.Attr(name); ok {
		return int(a.i)
	}
	return def
}

// Float returns a float attribute, or def.
func (n *Node) Float(name string, def float32) float32 {
	if a, ok := n.Attr(name); ok {
		return a.f
	}
	return def
}

// Ints returns an attribute that lists integers, or nil.
func (n *Node) Ints(name string) []int {
	a, ok := n.Attr(name)
	if !ok {
		return nil
	}
	out := make([]int, len(a.ints))
	for i, v := range a.ints {
		out[i] = int(v)
	}
	return out
}

// Text returns a string attribute, or "".
func (n *Node) Text(name string) string {
	a, _ := n.Attr(name)
	return a.s
}

// Tensor returns a tensor attribute, or nil.
func (n *Node) Tensor(name string) *Tensor {
	a, _ := n.Attr(name)
	return a.t
}
