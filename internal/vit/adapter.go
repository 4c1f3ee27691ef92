package vit

import (
	"fmt"
	"maps"

	"github.com/curate/curate/internal/onnx"
)

// Adapter adds the product of two thin matrices to a linear layer:
// y = x W^T + b + Scale (x A^T) B^T (Hu et al., LoRA, 2021, equation 3).
type Adapter struct {
	Rank  int // rows of A and columns of B
	Scale float32
}

// Params lists the two matrices that an adapter of the layer called name needs
// among the model's weights, under PEFT's names: A is [Rank, in], B is [out, Rank].
func (a Adapter) Params(m *Model, name string) (params [2]Param, err error) {
	w, ok := m.Weights[name+".weight"]
	if !ok || len(w.Shape) != 2 {
		return params, fmt.Errorf("the model has no linear layer %s", name)
	}
	return [2]Param{{adapterA(name), []int{a.Rank, w.Shape[1]}}, {adapterB(name), []int{w.Shape[0], a.Rank}}}, nil
}

func adapterA(layer string) string { return layer + ".lora_A.weight" }
func adapterB(layer string) string { return layer + ".lora_B.weight" }

// adapted adds the adapter of a layer that reads x to what it gives, y.
func (e *emitter) adapted(y, x, name string, a Adapter) string {
	low := e.linearWith(x, matrix{weight: e.weight(adapterA(name))})
	return e.g.Op("Gemm", []string{low, e.weight(adapterB(name)), y}, onnx.FloatAttr("alpha", a.Scale), onnx.IntAttr("transB", 1))
}

// Merge returns a model without adapters that computes the same: each layer's
// matrix is W + Scale B A. Other weights are shared with m.
func (m *Model) Merge(adapters map[string]Adapter) *Model {
	out := &Model{Config: m.Config, Weights: maps.Clone(m.Weights)}
	for name, a := range adapters {
		A, B := m.Weights[adapterA(name)], m.Weights[adapterB(name)]
		w := m.Weights[name+".weight"]
		out.Weights[name+".weight"] = Tensor{w.Shape, merged(w, A, B, a)}
		delete(out.Weights, adapterA(name))
		delete(out.Weights, adapterB(name))
	}
	return out
}

// merged returns W + Scale B A.
func merged(w, A, B Tensor, a Adapter) []float32 {
	rows, cols := w.Shape[0], w.Shape[1]
	out, sum := make([]float32, rows*cols), make([]float64, cols)
	for r := range rows {
		clear(sum)
		for k := range a.Rank {
			axpy(sum, float64(B.Data[r*a.Rank+k]), A.Data[k*cols:(k+1)*cols])
		}
		for c, s := range sum {
			out[r*cols+c] = float32(float64(w.Data[r*cols+c]) + float64(a.Scale)*s)
		}
	}
	return out
}
