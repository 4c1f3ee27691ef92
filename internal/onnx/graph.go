// Package onnx writes and reads ONNX graphs: the common language of curate's
// models. internal/vit writes forward graphs with it, train/autodiff adds
// gradients to them, internal/ort runs them.
//
// Start with [New], add nodes with [Graph.Op], name inputs and outputs, and call
// [Graph.Marshal]; [Unmarshal] reads a file back. Values are names, as in ONNX
// itself. The package knows the wire format and nothing else: it checks no
// shapes, infers no types and runs nothing.
//
// Source: onnx/onnx.proto3 of the ONNX project, IR version 9, operator set 17.
package onnx

import (
	"fmt"
	"math"
)

// OpSet is the version of the standard operator set that New declares, and IR
// the version of the file format.
const (
	OpSet = 17
	IR    = 9
)

// Domains of operators that are not standard ones.
const (
	Microsoft = "com.microsoft" // ONNX Runtime's own fused operators
	Curate    = "curate"        // those of internal/ort/kernel, for training on a CPU
)

// Dim is one dimension of a value: a size, or a name for a size that is known
// only when the graph runs.
type Dim struct {
	Size int64
	Name string
}

// Dims makes fixed dimensions.
func Dims(sizes ...int) []Dim {
	d := make([]Dim, len(sizes))
	for i, s := range sizes {
		d[i].Size = int64(s)
	}
	return d
}

// Value is an input or output of a graph.
type Value struct {
	Name string
	Type Type
	Dims []Dim
}

// Node is one operator call. An empty name in In is an input left out.
type Node struct {
	Op, Domain, Name string
	In, Out          []string
	Attrs            []Attr
}

// Graph is a model in the making. Nodes stand in an order in which they can run.
type Graph struct {
	Name    string
	Nodes   []*Node
	Init    []*Tensor // constants and weights
	Inputs  []Value
	Outputs []Value
	Opsets  map[string]int64 // domain -> version; "" is the standard one

	count  map[string]int    // names given so far, by operator
	consts map[string]string // constants already stored, by content
}

// New returns an empty graph.
func New(name string) *Graph {
	return &Graph{Name: name, Opsets: map[string]int64{"": OpSet}, count: map[string]int{}, consts: map[string]string{}}
}

// Op adds a node of the standard domain with one output and returns its name.
func (g *Graph) Op(op string, in []string, attrs ...Attr) string {
	return g.OpN(op, 1, in, attrs...)[0]
}

// OpN adds a node with n outputs and returns their names.
func (g *Graph) OpN(op string, n int, in []string, attrs ...Attr) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = g.Fresh(op)
	}
	g.Nodes = append(g.Nodes, &Node{Op: op, Name: out[0], In: in, Out: out, Attrs: attrs})
	return out
}

// OpIn adds a node of another operator domain, such as [Microsoft].
func (g *Graph) OpIn(domain, op string, n int, in []string, attrs ...Attr) []string {
	out := g.OpN(op, n, in, attrs...)
	g.Nodes[len(g.Nodes)-1].Domain = domain
	if g.Opsets[domain] == 0 {
		g.Opsets[domain] = 1
	}
	return out
}

// Fresh returns a name that no Op or Fresh of this graph has returned before.
func (g *Graph) Fresh(prefix string) string {
	g.count[prefix]++
	return fmt.Sprintf("%s_%d", prefix, g.count[prefix])
}

// Input declares an input and returns its name.
func (g *Graph) Input(name string, t Type, dims ...Dim) string {
	g.Inputs = append(g.Inputs, Value{name, t, dims})
	return name
}

// Output declares that the value called name is an output.
func (g *Graph) Output(name string, t Type, dims ...Dim) {
	g.Outputs = append(g.Outputs, Value{name, t, dims})
}

// Rename makes value from known as to everywhere: for outputs that want a
// stable name.
func (g *Graph) Rename(from, to string) {
	for _, n := range g.Nodes {
		for i, v := range n.In {
			if v == from {
				n.In[i] = to
			}
		}
		for i, v := range n.Out {
			if v == from {
				n.Out[i] = to
			}
		}
	}
	for i := range g.Outputs {
		if g.Outputs[i].Name == from {
			g.Outputs[i].Name = to
		}
	}
}

// Trim leaves out the last outputs of nodes that nothing reads, such as what only a
// gradient would need. Every node keeps its first output.
func (g *Graph) Trim() {
	read := map[string]bool{}
	for _, n := range g.Nodes {
		for _, in := range n.In {
			read[in] = true
		}
	}
	for _, o := range g.Outputs {
		read[o.Name] = true
	}
	for _, n := range g.Nodes {
		for len(n.Out) > 1 && !read[n.Out[len(n.Out)-1]] {
			n.Out = n.Out[:len(n.Out)-1]
		}
	}
}

// Weight stores a named tensor in the graph and returns its name. data is kept,
// not copied.
func (g *Graph) Weight(name string, data []float32, dims ...int) string {
	g.Init = append(g.Init, &Tensor{Name: name, Type: Float, Dims: int64s(dims), Floats: data})
	return name
}

// Float adds a float32 scalar constant; equal constants are stored once.
func (g *Graph) Float(v float32) string {
	return g.constant(fmt.Sprintf("f%x", math.Float32bits(v)), &Tensor{Type: Float, Floats: []float32{v}})
}

// Floats adds a float32 vector constant.
func (g *Graph) Floats(v ...float32) string {
	return g.constant(fmt.Sprintf("v%x", v), &Tensor{Type: Float, Dims: []int64{int64(len(v))}, Floats: v})
}

// Ints adds an int64 vector constant, as shapes and axes want it.
func (g *Graph) Ints(v ...int) string {
	return g.constant(fmt.Sprintf("i%x", v), &Tensor{Type: Int64, Dims: []int64{int64(len(v))}, Ints: int64s(v)})
}

func (g *Graph) constant(key string, t *Tensor) string {
	if name, ok := g.consts[key]; ok {
		return name
	}
	t.Name = g.Fresh("const")
	g.consts[key] = t.Name
	g.Init = append(g.Init, t)
	return t.Name
}

func int64s(v []int) []int64 {
	out := make([]int64, len(v))
	for i, x := range v {
		out[i] = int64(x)
	}
	return out
}
