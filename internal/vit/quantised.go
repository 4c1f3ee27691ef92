package vit

import (
	"fmt"
	"math"

	"github.com/curate/curate/internal/onnx"
)

// Quantised is a linear layer in 8-bit integers. Its input x becomes the unsigned
// bytes round(x/step)+zero of a fixed range Low..High, so that what comes out for a
// picture does not depend on what else is in its batch, and
//
//	y[c] = step * Scale[c] * sum_k (byte[k] - zero) * Weight[k][c] + Bias[c]
//
// The sums are exact: with weights of 7 bits (see [MaxWeight]) two products fit 16
// bits, in which processors without an 8-bit dot product add them, so every
// processor gives the same.
type Quantised struct {
	In, Out   int
	Weight    []int8    // In rows of Out, the transpose of how files keep float weights
	Scale     []float32 // of each output
	Bias      []float32
	Low, High float32 // range of the input; it holds 0
}

// MaxWeight is the largest absolute value of a quantised weight.
const MaxWeight = 63

// Quantise rounds a linear layer, weight [out][in], for inputs between low and
// high. Each output has the scale that its largest weight asks for.
func Quantise(weight Tensor, bias []float32, low, high float32) (*Quantised, error) {
	if len(weight.Shape) != 2 || len(bias) != weight.Shape[0] {
		return nil, fmt.Errorf("quantise: a weight of shape %v with %d biases is no linear layer", weight.Shape, len(bias))
	}
	out, in := weight.Shape[0], weight.Shape[1]
	q := &Quantised{
		In: in, Out: out, Weight: make([]int8, in*out), Scale: make([]float32, out), Bias: bias,
		Low: min(low, 0), High: max(high, 0),
	}
	for c := range out {
		row := weight.Data[c*in : (c+1)*in]
		top := float32(0)
		for _, v := range row {
			top = max(top, float32(math.Abs(float64(v))))
		}
		if top == 0 {
			continue
		}
		q.Scale[c] = top / MaxWeight
		for k, v := range row {
			q.Weight[k*out+c] = int8(math.RoundToEven(float64(v) / float64(q.Scale[c])))
		}
	}
	return q, q.Check()
}

// Check says what is wrong with the layer.
func (q *Quantised) Check() error {
	switch {
	case q.In < 1 || q.Out < 1 || len(q.Weight) != q.In*q.Out || len(q.Scale) != q.Out || len(q.Bias) != q.Out:
		return fmt.Errorf("%d weights, %d scales and %d biases make no layer of %d inputs and %d outputs", len(q.Weight), len(q.Scale), len(q.Bias), q.In, q.Out)
	case !(q.Low <= 0 && q.High >= 0 && q.High-q.Low > 0) || math.IsInf(float64(q.High-q.Low), 0):
		return fmt.Errorf("the range of its input is %g to %g, which is none that holds 0", q.Low, q.High)
	}
	for _, w := range q.Weight {
		if w < -MaxWeight || w > MaxWeight {
			return fmt.Errorf("it has a weight of %d; they lie between -%d and %d", w, MaxWeight, MaxWeight)
		}
	}
	return nil
}

// step returns the width of a level of the input, and the level of 0.
func (q *Quantised) step() (float32, uint8) {
	step := (q.High - q.Low) / 255
	return step, uint8(math.RoundToEven(float64(-q.Low / step)))
}

// Float returns the layer as floats, weight [out][in], as files keep them.
func (q *Quantised) Float() Tensor {
	t := Tensor{Shape: []int{q.Out, q.In}, Data: make([]float32, q.In*q.Out)}
	for k := range q.In {
		for c := range q.Out {
			t.Data[c*q.In+k] = float32(q.Weight[k*q.Out+c]) * q.Scale[c]
		}
	}
	return t
}

// quantised writes a layer in integers. Layers that read the same values in the
// same range share the rounding.
func (e *emitter) quantised(x, name string, q *Quantised) string {
	step, zero := q.step()
	g := e.g
	scale, level := g.Float(step), e.bytes(fmt.Sprintf("level_%d", zero), onnx.Uint8, []byte{zero})
	key := fmt.Sprint(x, " ", scale, " ", level)
	rounded, ok := e.rounded[key]
	if !ok {
		rounded = g.Op("QuantizeLinear", []string{x, scale, level})
		e.rounded[key] = rounded
	}
	raw := make([]byte, len(q.Weight))
	for i, w := range q.Weight {
		raw[i] = byte(w)
	}
	in := []string{
		rounded, e.bytes(name+".weight", onnx.Int8, raw, q.In, q.Out), scale, g.Weight(name+".scale", q.Scale, q.Out),
		level, "", g.Weight(name+".bias", q.Bias, q.Out),
	}
	return g.OpIn(onnx.Microsoft, "MatMulIntegerToFloat", 1, in)[0]
}

// bytes stores a constant of bytes, once.
func (e *emitter) bytes(name string, t onnx.Type, raw []byte, dims ...int) string {
	if e.named[name] {
		return name
	}
	e.named[name] = true
	shape := make([]int64, len(dims))
	for i, d := range dims {
		shape[i] = int64(d)
	}
	e.g.Init = append(e.g.Init, &onnx.Tensor{Name: name, Type: t, Dims: shape, Raw: raw})
	return name
}
