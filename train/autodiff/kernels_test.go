package autodiff_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/train/autodiff"
)

// pair is the same function written with a kernel and with plain operators, whose
// gradients are right (see TestRules).
type pair struct {
	name          string
	inputs        map[string][]int
	kernel, plain func(g *onnx.Graph) string
}

func pairs(rows, in, out int) []pair {
	const heads = 2
	matrix := func(names ...string) map[string][]int {
		m := map[string][]int{}
		for _, n := range names {
			m[n] = []int{rows, in}
		}
		return m
	}
	kernel := func(op string, n int, in []string, attrs ...onnx.Attr) func(*onnx.Graph) string {
		return func(g *onnx.Graph) string { return g.OpIn(onnx.Curate, op, n, in, attrs...)[0] }
	}
	norm := func(g *onnx.Graph) string {
		return g.Op("LayerNormalization", []string{"x", "w", "c"}, onnx.IntAttr("axis", -1), onnx.FloatAttr("epsilon", 1e-6))
	}
	return []pair{
		{"Linear", map[string][]int{"x": {rows, in}, "w": {out, in}, "c": {out}}, kernel("Linear", 1, []string{"x", "w", "c"}),
			func(g *onnx.Graph) string { return g.Op("Gemm", []string{"x", "w", "c"}, onnx.IntAttr("transB", 1)) }},
		{"Gelu", matrix("x"), kernel("Gelu", 1, []string{"x"}), func(g *onnx.Graph) string { return g.OpIn(onnx.Microsoft, "Gelu", 1, []string{"x"})[0] }},
		{"Scale", map[string][]int{"x": {rows, in}, "s": {in}, "y": {rows, in}}, kernel("Scale", 1, []string{"x", "s", "y"}),
			func(g *onnx.Graph) string { return g.Op("Add", []string{"y", g.Op("Mul", []string{"x", "s"})}) }},
		{"LayerNormalization", map[string][]int{"x": {rows, in}, "w": {in}, "c": {in}},
			func(g *onnx.Graph) string { g.Opsets[onnx.Curate] = 1; return norm(g) }, norm},
		{"Attend", matrix("q", "k", "v"), kernel("Attend", 2, []string{"q", "k", "v"}, onnx.IntAttr("heads", heads), onnx.IntAttr("tokens", rows/2), onnx.FloatAttr("scale", .3)),
			func(g *onnx.Graph) string { return attentionOf(g, rows/2, heads, in) }},
	}
}

// attentionOf is attention in plain operators, over two pictures.
func attentionOf(g *onnx.Graph, tokens, heads, width int) string {
	part := func(x string, perm ...int) string {
		x = g.Op("Reshape", []string{x, g.Ints(-1, tokens, heads, width/heads)})
		return g.Op("Transpose", []string{x}, onnx.IntsAttr("perm", perm...))
	}
	score := g.Op("Mul", []string{g.Op("MatMul", []string{part("q", 0, 2, 1, 3), part("k", 0, 2, 3, 1)}), g.Float(.3)})
	share := g.Op("Softmax", []string{score}, onnx.IntAttr("axis", -1))
	y := g.Op("Transpose", []string{g.Op("MatMul", []string{share, part("v", 0, 2, 1, 3)})}, onnx.IntsAttr("perm", 0, 2, 1, 3))
	return g.Op("Reshape", []string{y, g.Ints(-1, width)})
}

// TestKernels holds each kernel and its gradient against plain operators, at sizes
// around those of vectors and tiles, with every width of vectors that this processor
// has.
func TestKernels(t *testing.T) {
	rt := orttest.Open(t)
	for _, bits := range []string{"512", "256", "128"} {
		t.Run(bits, func(t *testing.T) {
			t.Setenv("CURATE_VECTORS", bits)
			testKernels(t, rt)
		})
	}
}

func testKernels(t *testing.T, rt *ort.Runtime) {
	for _, size := range [][3]int{{2, 2, 1}, {14, 16, 32}, {30, 34, 47}, {130, 64, 96}, {350, 40, 33}, {1100, 6, 5}} {
		for _, p := range pairs(size[0], size[1], size[2]) {
			t.Run(fmt.Sprint(p.name, size), func(t *testing.T) {
				got, want := gradients(t, rt, p, p.kernel), gradients(t, rt, p, p.plain)
				for name, w := range want {
					most, apart := 0., 0.
					for i, v := range w {
						most, apart = max(most, math.Abs(float64(v))), max(apart, math.Abs(float64(v-got[name][i])))
					}
					if !(apart <= 1e-5*(1+most)) {
						t.Errorf("%s differs by %g where the largest is %g", name, apart, most)
					}
				}
			})
		}
	}
}

// gradients returns those of sum(y * y) by every input, and y.
func gradients(t *testing.T, rt *ort.Runtime, p pair, build func(*onnx.Graph) string) map[string][]float32 {
	t.Helper()
	g := onnx.New(p.name)
	r := rand.New(rand.NewPCG(5, 6))
	var names []string
	for _, name := range []string{"x", "w", "c", "s", "y", "q", "k", "v"} {
		if dims, ok := p.inputs[name]; ok {
			names = append(names, g.Input(name, onnx.Float, onnx.Dims(dims...)...))
		}
	}
	y := build(g)
	loss := g.Op("ReduceSum", []string{g.Op("Mul", []string{y, y})}, onnx.IntAttr("keepdims", 1))
	by, err := autodiff.Gradients(g, loss, names)
	if err != nil {
		t.Fatal(err)
	}
	g.Output(y, onnx.Float)
	for _, n := range names {
		g.Output(by[n], onnx.Float)
	}
	s, err := rt.NewSession(g.Marshal(), ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}, Kernels: true, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in, out := make([]*ort.Tensor, len(names)), make([]*ort.Tensor, len(names)+1)
	for i, n := range names {
		data := make([]float32, input{dims: p.inputs[n]}.size())
		for k := range data {
			data[k] = float32(r.NormFloat64())
		}
		if in[i], err = ort.NewTensor(data, p.inputs[n]...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Run(context.Background(), in, out); err != nil {
		t.Fatal(err)
	}
	found := map[string][]float32{"y itself": out[0].Floats()}
	for i, n := range names {
		found["gradient of "+n] = out[i+1].Floats()
	}
	return found
}

// TestKernelsLeaveOut: outputs that nobody reads need not be there.
func TestKernelsLeaveOut(t *testing.T) {
	rt := orttest.Open(t)
	g := onnx.New("few")
	x, w := g.Input("x", onnx.Float, onnx.Dims(4, 6)...), g.Input("w", onnx.Float, onnx.Dims(6)...)
	stat := g.Input("stat", onnx.Float, onnx.Dims(4, 1)...)
	heads := []onnx.Attr{onnx.IntAttr("heads", 2), onnx.IntAttr("tokens", 2), onnx.FloatAttr("scale", 1)}
	share := g.Input("share", onnx.Float, onnx.Dims(2, 2, 2, 2)...)
	for _, y := range []string{
		g.OpIn(onnx.Curate, "LayerNormGrad", 3, []string{x, x, w, stat, stat})[0], g.OpIn(onnx.Curate, "ScaleGrad", 2, []string{x, x, w})[0],
		g.OpIn(onnx.Curate, "LinearWeight", 2, []string{x, x})[0],
		g.OpIn(onnx.Curate, "Attend", 2, []string{x, x, x}, heads...)[0],
		g.OpIn(onnx.Curate, "AttendGrad", 3, []string{x, x, x, x, share}, heads...)[0],
	} {
		g.Output(y, onnx.Float)
	}
	run := func() []*ort.Tensor {
		s, err := rt.NewSession(g.Marshal(), ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}, Kernels: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var in []*ort.Tensor
		for _, dims := range [][]int{{4, 6}, {6}, {4, 1}, {2, 2, 2, 2}} {
			data := make([]float32, input{dims: dims}.size())
			for i := range data {
				data[i] = float32(i%5) - 1.5
			}
			v, err := ort.NewTensor(data, dims...)
			if err != nil {
				t.Fatal(err)
			}
			in = append(in, v)
		}
		out := make([]*ort.Tensor, 5)
		if err := s.Run(context.Background(), in, out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	whole := run()
	g.Trim()
	for i, v := range run() {
		if !slices.Equal(v.Floats(), whole[i].Floats()) {
			t.Errorf("output %d is another one where the others are left out", i)
		}
	}
}

// TestKernelsRefuse: what does not fit is an error, not a wrong number.
func TestKernelsRefuse(t *testing.T) {
	rt := orttest.Open(t)
	g := onnx.New("wrong")
	free := func(name string) string {
		return g.Input(name, onnx.Float, onnx.Dim{Name: name + "r"}, onnx.Dim{Name: name + "c"})
	}
	g.Output(g.OpIn(onnx.Curate, "Linear", 1, []string{free("x"), free("w")})[0], onnx.Float)
	s, err := rt.NewSession(g.Marshal(), ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}, Kernels: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x, err := ort.NewTensor(make([]float32, 6), 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	w, err := ort.NewTensor(make([]float32, 8), 2, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), []*ort.Tensor{x, w}, []*ort.Tensor{nil}); err == nil {
		t.Error("matrices that do not fit were multiplied")
	}
}
