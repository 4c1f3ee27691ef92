package embed

import (
	"github.com/curate/curate/internal/half"
	"github.com/curate/curate/internal/onnx"
)

// halve turns a graph that computes in float32 into one that computes in half
// precision. Its inputs and outputs stay what they are: they are converted inside.
// Every value of the graph must be a float, except constants of other types.
func halve(g *onnx.Graph) {
	for _, t := range g.Init {
		if t.Type == onnx.Float {
			t.Type, t.Raw, t.Floats = onnx.Float16, half.Encode(t.Floats), nil
		}
	}
	var before, after []*onnx.Node
	for i := range g.Inputs {
		name := g.Inputs[i].Name
		rename(g, name, name+"_half")
		before = append(before, cast(name, name+"_half", onnx.Float16))
	}
	for i := range g.Outputs {
		name := g.Outputs[i].Name
		rename(g, name, name+"_half")
		after = append(after, cast(name+"_half", name, onnx.Float))
	}
	g.Nodes = append(append(before, g.Nodes...), after...)
}

func cast(from, to string, t onnx.Type) *onnx.Node {
	return &onnx.Node{Op: "Cast", Name: "cast_" + to, In: []string{from}, Out: []string{to}, Attrs: []onnx.Attr{onnx.IntAttr("to", int(t))}}
}

// rename makes the nodes read and write another value.
func rename(g *onnx.Graph, from, to string) {
	for _, n := range g.Nodes {
		for _, list := range [][]string{n.In, n.Out} {
			for i, v := range list {
				if v == from {
					list[i] = to
				}
			}
		}
	}
}
