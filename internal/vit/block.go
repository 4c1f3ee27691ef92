package vit

import (
	"math"

	"github.com/curate/curate/internal/onnx"
)

// block writes one transformer block. With only, x is read whole but only the CLS
// token of every picture comes out, [n, Hidden].
func (e *emitter) block(x, b string, only bool) string {
	y := e.norm(x, b+"norm1")
	if only {
		x = e.first(x, 0)
	}
	x = e.branch(x, e.attention(y, b+"attention.", only), b+"attention.output.dense", b+"layer_scale1.lambda1")
	y = e.mlp(e.norm(x, b+"norm2"), b+"mlp.")
	out := "mlp.fc2"
	if e.c.SwiGLU {
		out = "mlp.weights_out"
	}
	return e.branch(x, y, b+out, b+"layer_scale2.lambda1")
}

// branch returns x + scale * (y W^T + b), the end of both halves of a block.
func (e *emitter) branch(x, y, name, scale string) string {
	_, whole := e.o.Quantised[name] // with its scale
	switch {
	case whole || !e.c.Family.dino():
		y = e.linear(y, name)
	case e.o.Kernels:
		return e.g.OpIn(onnx.Curate, "Scale", 1, []string{e.linear(y, name), e.weight(scale), x})[0]
	case e.o.Fused && !e.o.Observe:
		y = e.linearWith(y, e.scaled(name, e.m.Weights[scale].Data))
	default:
		y = e.g.Op("Mul", []string{e.linear(y, name), e.weight(scale)})
	}
	return e.g.Op("Add", []string{x, y})
}

// mlp returns what the last matrix of a block reads.
func (e *emitter) mlp(x, name string) string {
	if !e.c.SwiGLU {
		return e.activation(e.linear(x, name+"fc1"))
	}
	both := e.linear(x, name+"weights_in") // gate beside up
	half := func(from int) string {
		return e.g.Op("Slice", []string{both, e.g.Ints(from), e.g.Ints(from + e.c.MLP), e.g.Ints(1)})
	}
	return e.g.Op("Mul", []string{swish(e.g, half(0), 1), half(e.c.MLP)})
}

func (e *emitter) activation(x string) string {
	if e.o.Fused && (e.c.Act == "gelu" || e.c.Act == "gelu_python") {
		return e.g.OpIn(onnx.Microsoft, "Gelu", 1, []string{x})[0]
	}
	if e.o.Kernels && (e.c.Act == "gelu" || e.c.Act == "gelu_python") {
		return e.g.OpIn(onnx.Curate, "Gelu", 1, []string{x})[0]
	}
	return activations[e.c.Act](e.g, x)
}

// attention returns the joined heads, before the output projection. With only, the
// CLS token alone asks.
func (e *emitter) attention(x, name string, only bool) string {
	if e.o.Fused {
		return e.fusedAttention(x, name, only)
	}
	if e.o.Kernels && !only {
		return e.kernelAttention(x, name)
	}
	asks := x
	if only {
		asks = e.first(x, 0)
	}
	dim := e.c.Hidden / e.c.Heads
	q := e.heads(e.linear(asks, name+"attention.query"), only, 0, 2, 1, 3)
	k := e.heads(e.linear(x, name+"attention.key"), false, 0, 2, 3, 1)
	v := e.heads(e.linear(x, name+"attention.value"), false, 0, 2, 1, 3)
	score := e.g.Op("Mul", []string{e.g.Op("MatMul", []string{q, k}), e.g.Float(float32(1 / math.Sqrt(float64(dim))))})
	share := e.g.Op("Softmax", []string{score}, onnx.IntAttr("axis", -1))
	y := e.g.Op("MatMul", []string{share, v})
	y = e.g.Op("Transpose", []string{y}, onnx.IntsAttr("perm", 0, 2, 1, 3))
	return e.reshape(y, -1, e.c.Hidden)
}

// heads parts the columns of x among the heads: from [n*tokens, Hidden] to
// [n, tokens, heads, dim], in the given order.
func (e *emitter) heads(x string, only bool, perm ...int) string {
	tokens := e.tokens
	if only {
		tokens = 1
	}
	x = e.reshape(x, -1, tokens, e.c.Heads, e.c.Hidden/e.c.Heads)
	return e.g.Op("Transpose", []string{x}, onnx.IntsAttr("perm", perm...))
}

func (e *emitter) norm(x, name string) string {
	return e.g.Op("LayerNormalization", []string{x, e.weight(name + ".weight"), e.weight(name + ".bias")},
		onnx.IntAttr("axis", -1), onnx.FloatAttr("epsilon", e.c.Eps))
}
