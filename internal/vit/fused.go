package vit

import (
	"math"

	"github.com/curate/curate/internal/onnx"
)

// fusedAttention is attention with ONNX Runtime's MultiHeadAttention operator,
// which takes [n, tokens, Hidden] and keeps the scores of one head at a time.
func (e *emitter) fusedAttention(x, name string, only bool) string {
	d := e.c.Hidden
	asks, tokens := x, e.tokens
	if only {
		asks, tokens = e.first(x, 0), 1
	}
	q := e.reshape(e.linear(asks, name+"attention.query"), -1, tokens, d)
	k := e.reshape(e.linear(x, name+"attention.key"), -1, e.tokens, d)
	v := e.reshape(e.linear(x, name+"attention.value"), -1, e.tokens, d)
	y := e.g.OpIn(onnx.Microsoft, "MultiHeadAttention", 1, []string{q, k, v},
		onnx.IntAttr("num_heads", e.c.Heads), onnx.FloatAttr("scale", float32(1/math.Sqrt(float64(d/e.c.Heads)))))
	return e.reshape(y[0], -1, d)
}
