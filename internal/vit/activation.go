package vit

import (
	"math"

	"github.com/curate/curate/internal/onnx"
)

// activations are the hidden_act values that a graph can hold, as plain operators.
var activations = map[string]func(g *onnx.Graph, x string) string{
	"gelu":              gelu,
	"gelu_python":       gelu,
	"gelu_new":          geluTanh,
	"gelu_fast":         geluTanh,
	"gelu_pytorch_tanh": geluTanh,
	"quick_gelu":        func(g *onnx.Graph, x string) string { return swish(g, x, 1.702) },
	"silu":              func(g *onnx.Graph, x string) string { return swish(g, x, 1) },
	"swish":             func(g *onnx.Graph, x string) string { return swish(g, x, 1) },
	"relu":              func(g *onnx.Graph, x string) string { return g.Op("Relu", []string{x}) },
}

// gelu is x Phi(x), with Phi from the error function.
func gelu(g *onnx.Graph, x string) string {
	erf := g.Op("Erf", []string{g.Op("Mul", []string{x, g.Float(math.Sqrt2 / 2)})})
	phi := g.Op("Mul", []string{g.Op("Add", []string{erf, g.Float(1)}), g.Float(.5)})
	return g.Op("Mul", []string{x, phi})
}

// geluTanh is x (1 + tanh(sqrt(2/pi) (x + .044715 x^3))) / 2.
func geluTanh(g *onnx.Graph, x string) string {
	cube := g.Op("Mul", []string{g.Op("Mul", []string{x, x}), x})
	inner := g.Op("Add", []string{x, g.Op("Mul", []string{cube, g.Float(.044715)})})
	tanh := g.Op("Tanh", []string{g.Op("Mul", []string{inner, g.Float(float32(math.Sqrt(2 / math.Pi)))})})
	half := g.Op("Mul", []string{g.Op("Add", []string{tanh, g.Float(1)}), g.Float(.5)})
	return g.Op("Mul", []string{x, half})
}

// swish is x sigmoid(beta x).
func swish(g *onnx.Graph, x string, beta float32) string {
	inner := x
	if beta != 1 {
		inner = g.Op("Mul", []string{x, g.Float(beta)})
	}
	return g.Op("Mul", []string{x, g.Op("Sigmoid", []string{inner})})
}
