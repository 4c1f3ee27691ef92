package onnx

import (
	"math"
	"sort"

	"google.golang.org/protobuf/encoding/protowire"
)

// Marshal returns the graph as a ModelProto file. The same graph gives the same
// bytes.
func (g *Graph) Marshal() []byte {
	var m message
	m.varint(1, IR)
	m.text(2, "curate")
	m.sub(7, g.graph())
	domains := make([]string, 0, len(g.Opsets))
	for d := range g.Opsets {
		domains = append(domains, d)
	}
	sort.Strings(domains)
	for _, d := range domains {
		var o message
		o.text(1, d)
		o.varint(2, uint64(g.Opsets[d]))
		m.sub(8, o)
	}
	return m
}

func (g *Graph) graph() message {
	var m message
	for _, n := range g.Nodes {
		m.sub(1, n.message())
	}
	m.text(2, g.Name)
	for _, t := range g.Init {
		m.sub(5, t.message())
	}
	for _, v := range g.Inputs {
		m.sub(11, v.message())
	}
	for _, v := range g.Outputs {
		m.sub(12, v.message())
	}
	return m
}

func (n *Node) message() message {
	var m message
	for _, v := range n.In {
		m.text(1, v)
	}
	for _, v := range n.Out {
		m.text(2, v)
	}
	m.text(3, n.Name)
	m.text(4, n.Op)
	for _, a := range n.Attrs {
		m.sub(5, a.message())
	}
	if n.Domain != "" {
		m.text(7, n.Domain)
	}
	return m
}

func (a Attr) message() message {
	var m message
	m.text(1, a.Name)
	switch a.kind {
	case attrFloat:
		m.float(2, a.f)
	case attrInt:
		m.varint(3, uint64(a.i))
	case attrString:
		m.text(4, a.s)
	case attrTensor:
		m.sub(5, a.t.message())
	case attrFloats:
		for _, v := range a.floats {
			m.float(7, v)
		}
	case attrInts:
		for _, v := range a.ints {
			m.varint(8, uint64(v))
		}
	}
	m.varint(20, uint64(a.kind))
	return m
}

func (t *Tensor) message() message {
	var m message
	for _, d := range t.Dims {
		m.varint(1, uint64(d))
	}
	m.varint(2, uint64(t.Type))
	m.text(8, t.Name)
	m.sub(9, t.bytes())
	return m
}

func (v Value) message() message {
	var shape message
	for _, d := range v.Dims {
		var dim message
		if d.Name != "" {
			dim.text(2, d.Name)
		} else {
			dim.varint(1, uint64(d.Size))
		}
		shape.sub(1, dim)
	}
	var tensor, typ, m message
	tensor.varint(1, uint64(v.Type))
	tensor.sub(2, shape)
	typ.sub(1, tensor)
	m.text(1, v.Name)
	m.sub(2, typ)
	return m
}

// message is a protobuf message in the making.
type message []byte

func (m *message) varint(field protowire.Number, v uint64) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, v)
}

func (m *message) text(field protowire.Number, s string) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendString(*m, s)
}

func (m *message) float(field protowire.Number, v float32) {
	*m = protowire.AppendTag(*m, field, protowire.Fixed32Type)
	*m = protowire.AppendFixed32(*m, math.Float32bits(v))
}

func (m *message) sub(field protowire.Number, b []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, b)
}
