package vit

import (
	"slices"

	"github.com/curate/curate/internal/onnx"
)

// matrix is a linear layer: y = x weight^T + bias. bias is "" where there is none.
type matrix struct{ weight, bias string }

// weight returns the value that holds a weight, and makes it at first use: an
// input or a constant.
func (e *emitter) weight(name string) string {
	if e.named[name] {
		return name
	}
	e.named[name] = true
	t := e.m.Weights[name]
	if !e.o.Params {
		return e.g.Weight(name, t.Data, t.Shape...)
	}
	e.out.Params = append(e.out.Params, Param{name, t.Shape})
	return e.g.Input(name, onnx.Float, onnx.Dims(t.Shape...)...)
}

// constant stores a weight that was computed from others.
func (e *emitter) constant(name string, data []float32, dims ...int) string {
	return e.g.Weight(name, data, dims...)
}

func (e *emitter) linear(x, name string) string {
	if q, ok := e.o.Quantised[name]; ok {
		return e.quantised(x, name, q)
	}
	if e.o.Observe {
		e.observe(x, name)
	}
	m := matrix{weight: e.weight(name + ".weight")}
	if _, ok := e.m.Weights[name+".bias"]; ok {
		m.bias = e.weight(name + ".bias")
	}
	y := e.linearWith(x, m)
	if a, ok := e.o.Adapters[name]; ok {
		y = e.adapted(y, x, name, a)
	}
	return y
}

func (e *emitter) linearWith(x string, m matrix) string {
	in := []string{x, m.weight}
	if m.bias != "" {
		in = append(in, m.bias)
	}
	if e.o.Kernels {
		return e.g.OpIn(onnx.Curate, "Linear", 1, in)[0]
	}
	return e.g.Op("Gemm", in, onnx.IntAttr("transB", 1))
}

// scaled returns a linear layer with every output multiplied by its scale.
func (e *emitter) scaled(name string, scale []float32) matrix {
	w, b := e.m.Weights[name+".weight"], e.m.Weights[name+".bias"]
	data, bias := slices.Clone(w.Data), slices.Clone(b.Data)
	cols := w.Shape[1]
	for r, s := range scale {
		for i := r * cols; i < (r+1)*cols; i++ {
			data[i] *= s
		}
		bias[r] *= s
	}
	return matrix{e.constant(name+".scaled", data, w.Shape...), e.constant(name+".scaled_bias", bias, b.Shape...)}
}
