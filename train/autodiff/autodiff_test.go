package autodiff_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/autodiff"
)

// two is sum(Gemm(tanh(Gemm(x, a)), b)).
func two() (g *onnx.Graph, loss string) {
	g = onnx.New("two")
	x := g.Input("x", onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: 4})
	a, b := g.Input("a", onnx.Float, onnx.Dims(4, 3)...), g.Input("b", onnx.Float, onnx.Dims(3, 2)...)
	y := g.Op("Gemm", []string{g.Op("Tanh", []string{g.Op("Gemm", []string{x, a})}), b})
	return g, g.Op("ReduceSum", []string{y}, onnx.IntAttr("keepdims", 0))
}

// TestNothingIsAddedBelowTheFirstParameter: with b alone no gradient passes tanh.
func TestNothingIsAddedBelowTheFirstParameter(t *testing.T) {
	reads := func(value string, params ...string) bool {
		g, loss := two()
		forward := len(g.Nodes)
		if _, err := autodiff.Gradients(g, loss, params); err != nil {
			t.Fatal(err)
		}
		for _, n := range g.Nodes[forward:] {
			if slices.Contains(n.In, value) {
				return true
			}
		}
		return false
	}
	if reads("x", "b") || reads("b", "b") {
		t.Error("the gradient of the head alone goes on below it")
	}
	if !reads("x", "a", "b") || !reads("b", "a", "b") {
		t.Error("the gradient of both layers does not pass the upper one")
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name, want string
		params     []string
		build      func(g *onnx.Graph) string
	}{
		{"unknown operator", "operator Sin", []string{"x"}, func(g *onnx.Graph) string {
			return g.Op("ReduceSum", []string{g.Op("Sin", []string{"x"})}, onnx.IntAttr("keepdims", 0))
		}},
		{"no gradient rule", "no gradient rule for operator Max", []string{"x"}, func(g *onnx.Graph) string {
			return g.Op("ReduceSum", []string{g.Op("Max", []string{"x", "y"})}, onnx.IntAttr("keepdims", 0))
		}},
		{"no way to the loss", "parameter y cannot change", []string{"x", "y"}, func(g *onnx.Graph) string {
			return g.Op("ReduceSum", []string{"x"}, onnx.IntAttr("keepdims", 0))
		}},
		{"loss of many elements", "not one element", []string{"x"}, func(g *onnx.Graph) string {
			return g.Op("Neg", []string{"x"})
		}},
		{"unknown steps", "steps", []string{"x"}, func(g *onnx.Graph) string {
			y := g.Op("Slice", []string{"x", g.Ints(0), g.Ints(4), g.Ints(0), g.Ints(2)})
			return g.Op("ReduceSum", []string{y}, onnx.IntAttr("keepdims", 0))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := onnx.New("refused")
			g.Input("x", onnx.Float, onnx.Dims(4)...)
			g.Input("y", onnx.Float, onnx.Dims(4)...)
			loss := c.build(g)
			_, err := autodiff.Gradients(g, loss, c.params)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
