package onnx

import (
	"math"
	"sort"

	"google.golang.org/protobuf/encoding/protowire"
)

// Marshal returns the graph as a ModelProto file. The same graph gives the same
// bytes. Weights are written once, into the file: a large model needs no more
// memory than the file beside itself.
func (g *Graph) Marshal() []byte {
	const room = 64 // for what stands before the graph, whose length is known only after it
	file := make(message, room, room+g.size())
	file.graph(g)
	var head message
	head.varint(1, IR)
	head.text(2, "curate")
	head = protowire.AppendTag(head, 7, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(len(file)-room))
	start := room - len(head)
	copy(file[start:], head)
	domains := make([]string, 0, len(g.Opsets))
	for d := range g.Opsets {
		domains = append(domains, d)
	}
	sort.Strings(domains)
	for _, d := range domains {
		var o message
		o.text(1, d)
		o.varint(2, uint64(g.Opsets[d]))
		file.sub(8, o)
	}
	return file[start:]
}

// size estimates, from above, the bytes that the file takes.
func (g *Graph) size() int {
	n := 4096 + 512*(len(g.Nodes)+len(g.Inputs)+len(g.Outputs))
	for _, t := range g.Init {
		n += t.size() + 256
	}
	return n
}

func (m *message) graph(g *Graph) {
	for _, n := range g.Nodes {
		m.sub(1, n.message())
	}
	m.text(2, g.Name)
	for _, t := range g.Init {
		m.tensor(5, t)
	}
	for _, v := range g.Inputs {
		m.sub(11, v.message())
	}
	for _, v := range g.Outputs {
		m.sub(12, v.message())
	}
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
		m.tensor(5, a.t)
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

// tensor writes a tensor without a copy of its elements in between.
func (m *message) tensor(field protowire.Number, t *Tensor) {
	var head message
	for _, d := range t.Dims {
		head.varint(1, uint64(d))
	}
	head.varint(2, uint64(t.Type))
	head.text(8, t.Name)
	head = protowire.AppendTag(head, 9, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(t.size()))
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendVarint(*m, uint64(len(head)+t.size()))
	*m = append(*m, head...)
	*m = t.append(*m)
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
