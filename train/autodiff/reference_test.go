package autodiff_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/train/autodiff"
)

// part is a piece of a transformer with what PyTorch says of it.
type part struct {
	Name   string
	Inputs map[string][]float64
	W      []float64
	Loss   float64
	Grads  map[string][]float64
}

// parts are the graphs of testdata/reference.py: inputs that get a gradient with
// their dimensions, and the value that is weighted and summed up.
func parts() map[string]struct {
	inputs []input
	build  func(g *onnx.Graph) string
} {
	type entry = struct {
		inputs []input
		build  func(g *onnx.Graph) string
	}
	return map[string]entry{
		"attention": {[]input{x(2, 4, 6), named("q", 6, 6), named("k", 6, 6), named("v", 6, 6), named("o", 6, 6)}, attention},
		"layer norm": {[]input{x(3, 6), named("g", 6), named("b", 6)}, op("LayerNormalization", []string{"x", "g", "b"},
			onnx.IntAttr("axis", -1), onnx.FloatAttr("epsilon", 1e-6))},
		"gelu": {[]input{{name: "input", dims: []int{3, 6}, free: true}}, func(g *onnx.Graph) string {
			erf := g.Op("Erf", []string{g.Op("Mul", []string{"input", g.Float(.70710678)})})
			return g.Op("Mul", []string{"input", g.Op("Mul", []string{g.Op("Add", []string{erf, g.Float(1)}), g.Float(.5)})})
		}},
		"cross-entropy": {[]input{x(4, 3)}, func(g *onnx.Graph) string {
			return crossEntropy(g, onehot(g, []int{2, 0, 1, 1}, 3))
		}},
		"cross-entropy with class weights": {[]input{x(4, 3), named("c", 3)}, func(g *onnx.Graph) string {
			weighted := g.Op("Mul", []string{onehot(g, []int{2, 0, 1, 1}, 3), g.Op("Abs", []string{"c"})})
			return crossEntropy(g, weighted)
		}},
	}
}

// attention is x + softmax(q k' / sqrt 3) v o', of two heads.
func attention(g *onnx.Graph) string {
	heads := func(w string, perm ...int) string {
		y := g.Op("Gemm", []string{g.Op("Reshape", []string{"x", g.Ints(-1, 6)}), w}, onnx.IntAttr("transB", 1))
		return g.Op("Transpose", []string{g.Op("Reshape", []string{y, g.Ints(-1, 4, 2, 3)})}, onnx.IntsAttr("perm", perm...))
	}
	score := g.Op("MatMul", []string{heads("q", 0, 2, 1, 3), heads("k", 0, 2, 3, 1)})
	share := g.Op("Softmax", []string{g.Op("Div", []string{score, g.Float(float32(math.Sqrt(3)))})}, onnx.IntAttr("axis", -1))
	y := g.Op("Transpose", []string{g.Op("MatMul", []string{share, heads("v", 0, 2, 1, 3)})}, onnx.IntsAttr("perm", 0, 2, 1, 3))
	y = g.Op("MatMul", []string{g.Op("Reshape", []string{y, g.Ints(-1, 4, 6)}), g.Op("Transpose", []string{"o"}, onnx.IntsAttr("perm", 1, 0))})
	return g.Op("Add", []string{"x", y})
}

func onehot(g *onnx.Graph, labels []int, classes int) string {
	v := make([]float32, len(labels)*classes)
	for i, l := range labels {
		v[i*classes+l] = 1
	}
	return g.Weight("labels", v, len(labels), classes)
}

// crossEntropy is the mean over rows of -sum t ln softmax(x).
func crossEntropy(g *onnx.Graph, t string) string {
	logp := g.Op("LogSoftmax", []string{"x"}, onnx.IntAttr("axis", -1))
	row := g.Op("ReduceSum", []string{g.Op("Mul", []string{logp, t}), g.Ints(1)}, onnx.IntAttr("keepdims", 0))
	return g.Op("Neg", []string{g.Op("ReduceMean", []string{row}, onnx.IntAttr("keepdims", 0))})
}

func TestGradientsArePyTorchs(t *testing.T) {
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []part
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	rt := orttest.Open(t)
	if len(all) != len(parts()) {
		t.Fatalf("%d parts in testdata, %d here", len(all), len(parts()))
	}
	for _, p := range all {
		t.Run(p.Name, func(t *testing.T) { compare(t, rt, p) })
	}
}

func compare(t *testing.T, rt *ort.Runtime, p part) {
	def := parts()[p.Name]
	g := onnx.New(p.Name)
	var params []string
	for _, in := range def.inputs {
		// The labels of a cross-entropy fix the batch.
		g.Input(in.name, onnx.Float, onnx.Dims(in.dims...)...)
		params = append(params, in.name)
	}
	y := def.build(g)
	w := g.Op("Reshape", []string{g.Input("w", onnx.Float, onnx.Dims(len(p.W))...), g.Op("Shape", []string{y})})
	loss := g.Op("Reshape", []string{g.Op("ReduceSum", []string{g.Op("Mul", []string{y, w})}, onnx.IntAttr("keepdims", 0)), g.Ints(1)})
	grads, err := autodiff.Gradients(g, loss, params)
	if err != nil {
		t.Fatal(err)
	}
	g.Output(loss, onnx.Float, onnx.Dims(1)...)
	var in []*ort.Tensor
	for _, i := range def.inputs {
		g.Output(grads[i.name], onnx.Float)
		in = append(in, tensorOf(t, p.Inputs[i.name], true, i.dims))
	}
	in = append(in, tensorOf(t, p.W, true, []int{len(p.W)}))
	out := make([]*ort.Tensor, 1+len(params))
	if err := open(t, rt, g).Run(context.Background(), in, out); err != nil {
		t.Fatal(err)
	}
	near(t, "loss", out[0].Floats(), []float64{p.Loss})
	for i, name := range params {
		near(t, name, out[i+1].Floats(), p.Grads[name])
	}
}

func near(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i, v := range want {
		if d := math.Abs(float64(got[i]) - v); !(d <= 2e-5*(1+math.Abs(v))) {
			t.Errorf("%s[%d] = %v, PyTorch %v", what, i, got[i], v)
		}
	}
}
