package vit

import (
	"math"

	"github.com/curate/curate/internal/onnx"
)

// kernelAttention is attention as one operator, which also gives the shares that its
// gradient needs.
func (e *emitter) kernelAttention(x, name string) string {
	in := make([]string, 3)
	for i, part := range []string{"query", "key", "value"} {
		in[i] = e.linear(x, name+"attention."+part)
	}
	dim := e.c.Hidden / e.c.Heads
	return e.g.OpIn(onnx.Curate, "Attend", 2, in, onnx.IntAttr("heads", e.c.Heads), onnx.IntAttr("tokens", e.tokens),
		onnx.FloatAttr("scale", float32(1/math.Sqrt(float64(dim)))))[0]
}
