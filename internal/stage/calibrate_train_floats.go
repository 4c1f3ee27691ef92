package stage

import (
	"math"
	"slices"
	"strings"

	"github.com/curate/curate/internal/vit"
)

// trainable makes a model to start from of what an encoder of package builtin holds,
// which computes the same. It adds the norm after the last layer, which no descriptor
// reads and a model folder must have, and takes the scales of branches out of their
// matrices again.
func trainable(m *vit.Model) *vit.Model {
	for _, p := range m.Config.Params() {
		if _, ok := m.Weights[p.Name]; !ok {
			m.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: constant(p.Shape, strings.HasSuffix(p.Name, ".weight"))}
		}
	}
	for _, p := range m.Config.Params() {
		block, which, scaled := strings.Cut(p.Name, "layer_scale")
		if !scaled {
			continue
		}
		matrix := block + "attention.output.dense"
		if strings.HasPrefix(which, "2") {
			if matrix = block + "mlp.fc2"; m.Config.SwiGLU {
				matrix = block + "mlp.weights_out"
			}
		}
		unfold(m, p.Name, matrix, size(m.Weights[block+"attention.attention.query.weight"].Data))
	}
	return m
}

// unfold gives every row of a matrix the size that the others of the block have, and
// the scale of its branch what that takes. AdamW moves every weight as far, so rows
// that a small scale was multiplied into would move too fast.
func unfold(m *vit.Model, scale, matrix string, usual float64) {
	w, bias := m.Weights[matrix+".weight"], m.Weights[matrix+".bias"]
	w.Data, bias.Data = slices.Clone(w.Data), slices.Clone(bias.Data)
	out := slices.Clone(m.Weights[scale].Data)
	cols := len(w.Data) / len(out)
	for i := range out {
		row := w.Data[i*cols : (i+1)*cols]
		by := float32(size(row) / usual)
		if !(by > 0) || math.IsInf(float64(by), 0) {
			continue
		}
		out[i] *= by
		bias.Data[i] /= by
		for k := range row {
			row[k] /= by
		}
	}
	m.Weights[matrix+".weight"], m.Weights[matrix+".bias"] = w, bias
	m.Weights[scale] = vit.Tensor{Shape: m.Weights[scale].Shape, Data: out}
}

// size is the root mean square of values.
func size(values []float32) float64 {
	sum := 0.
	for _, v := range values {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(max(1, len(values))))
}

// constant is a tensor's values, all 1 or all 0.
func constant(shape []int, one bool) []float32 {
	n := 1
	for _, d := range shape {
		n *= d
	}
	v := make([]float32, n)
	if one {
		for i := range v {
			v[i] = 1
		}
	}
	return v
}
