package vit

import "github.com/curate/curate/internal/onnx"

// Range names two values of a graph: the smallest and the largest number that a
// linear layer reads, over all pictures of a batch. Both have the shape [1, 1].
type Range struct {
	Layer     string // "encoder.layer.3.mlp.fc1"
	Low, High string
}

// Linears lists the names of the linear layers of the first so many blocks.
func (c Config) Linears(blocks int) []string {
	var names []string
	for i := range blocks {
		b := block(i)
		for _, n := range []string{"query", "key", "value"} {
			names = append(names, b+"attention.attention."+n)
		}
		names = append(names, b+"attention.output.dense")
		if c.SwiGLU {
			names = append(names, b+"mlp.weights_in", b+"mlp.weights_out")
		} else {
			names = append(names, b+"mlp.fc1", b+"mlp.fc2")
		}
	}
	return names
}

// observe adds the range of what a layer reads.
func (e *emitter) observe(x, name string) {
	reduce := func(op string) string { return e.g.Op(op, []string{x}, onnx.IntAttr("keepdims", 1)) }
	e.out.Ranges = append(e.out.Ranges, Range{name, reduce("ReduceMin"), reduce("ReduceMax")})
}
