package autodiff_test

import (
	"testing"

	"github.com/curate/curate/internal/onnx"
)

// x is the usual input: three rows of four.
func x(dims ...int) input { return input{name: "x", dims: dims, free: true} }

func named(name string, dims ...int) input { return input{name: name, dims: dims} }

func positive(dims ...int) input {
	return input{name: "x", dims: dims, free: true, lo: .5, hi: 2}
}

// op makes a graph function of one operator on inputs by name.
func op(kind string, in []string, attrs ...onnx.Attr) func(*onnx.Graph) string {
	return func(g *onnx.Graph) string { return g.Op(kind, in, attrs...) }
}

func unary(kind string, in input) graph {
	return graph{name: kind, inputs: []input{in}, build: op(kind, []string{"x"}), out: in.dims}
}

// TestRules holds every rule against central differences.
func TestRules(t *testing.T) {
	for _, cases := range [][]graph{arithmetic(), unaries(), products(), norms(), moves(), reductions()} {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) { check(t, c) })
		}
	}
}

func arithmetic() []graph {
	var all []graph
	for _, kind := range []string{"Add", "Sub", "Mul", "Div"} {
		second := func(dims ...int) input { return input{name: "y", dims: dims, lo: .5, hi: 2} }
		xy := []string{"x", "y"}
		all = append(all,
			graph{name: kind, inputs: []input{x(3, 4), {name: "y", dims: []int{3, 4}, free: true, lo: .5, hi: 2}}, build: op(kind, xy), out: []int{3, 4}},
			graph{name: kind + " row", inputs: []input{x(3, 4), second(4)}, build: op(kind, xy), out: []int{3, 4}},
			graph{name: kind + " column", inputs: []input{named("x", 3, 4), second(3, 1)}, build: op(kind, xy), out: []int{3, 4}},
			graph{name: kind + " inner", inputs: []input{x(3, 2, 4), second(2, 1)}, build: op(kind, xy), out: []int{3, 2, 4}},
			graph{name: kind + " wider second", inputs: []input{named("x", 4), second(3, 4)}, build: op(kind, xy), out: []int{3, 4}},
		)
	}
	square := func(g *onnx.Graph) string { return g.Op("Mul", []string{"x", "x"}) }
	cube := func(g *onnx.Graph) string { return g.Op("Pow", []string{"x", g.Float(3)}) }
	choose := func(g *onnx.Graph) string {
		more := g.Op("Greater", []string{"x", "y"})
		return g.Op("Where", []string{more, "x", g.Op("Mul", []string{"y", "y"})})
	}
	return append(all,
		graph{name: "same value twice", inputs: []input{x(3, 4)}, build: square, out: []int{3, 4}},
		graph{name: "Pow", inputs: []input{x(3, 4)}, build: cube, out: []int{3, 4}, single: true},
		graph{name: "Where", inputs: []input{x(3, 4), named("y", 4)}, build: choose, out: []int{3, 4}},
	)
}

func unaries() []graph {
	all := []graph{
		unary("Neg", x(3, 4)), unary("Exp", x(3, 4)), unary("Log", positive(3, 4)), unary("Sqrt", positive(3, 4)), unary("Reciprocal", positive(3, 4)),
		unary("Abs", x(3, 4)), unary("Tanh", x(3, 4)), unary("Sigmoid", x(3, 4)), unary("Erf", x(3, 4)), unary("Relu", x(3, 4)), unary("Identity", x(3, 4)),
	}
	for i, c := range all {
		if c.name == "Erf" {
			all[i].single = true
		}
	}
	fused := func(g *onnx.Graph) string { return g.OpIn(onnx.Microsoft, "Gelu", 1, []string{"x"})[0] }
	plain := func(g *onnx.Graph) string {
		erf := g.Op("Erf", []string{g.Op("Mul", []string{"x", g.Float(.70710678)})})
		return g.Op("Mul", []string{"x", g.Op("Mul", []string{g.Op("Add", []string{erf, g.Float(1)}), g.Float(.5)})})
	}
	through := func(g *onnx.Graph) string {
		half := g.Op("Cast", []string{"x"}, onnx.IntAttr("to", int(onnx.Float)))
		return g.Op("Cast", []string{g.Op("Mul", []string{half, half})}, onnx.IntAttr("to", int(onnx.Float)))
	}
	return append(all,
		graph{name: "Gelu", inputs: []input{x(3, 4)}, build: fused, out: []int{3, 4}, single: true},
		graph{name: "Gelu in plain operators", inputs: []input{x(3, 4)}, build: plain, out: []int{3, 4}, single: true},
		graph{name: "Cast", inputs: []input{x(3, 4)}, build: through, out: []int{3, 4}, single: true},
	)
}

func products() []graph {
	xy, xyz := []string{"x", "y"}, []string{"x", "y", "z"}
	all := []graph{
		{name: "MatMul", inputs: []input{x(3, 4), named("y", 4, 2)}, build: op("MatMul", xy), out: []int{3, 2}},
		{name: "MatMul of every row", inputs: []input{x(3, 2, 4), named("y", 4, 5)}, build: op("MatMul", xy), out: []int{3, 2, 5}},
		{name: "MatMul batched", inputs: []input{x(2, 3, 2, 4), {name: "y", dims: []int{2, 3, 4, 2}, free: true}}, build: op("MatMul", xy), out: []int{2, 3, 2, 2}},
		{name: "MatMul broadcast", inputs: []input{x(2, 3, 2, 4), named("y", 1, 4, 2)}, build: op("MatMul", xy), out: []int{2, 3, 2, 2}},
		{name: "MatMul broadcast first", inputs: []input{named("x", 2, 4), {name: "y", dims: []int{3, 4, 2}, free: true}}, build: op("MatMul", xy), out: []int{3, 2, 2}},
	}
	for _, c := range []struct {
		name   string
		ta, tb int
		a, b   []int
	}{{"Gemm", 0, 0, []int{3, 4}, []int{4, 2}}, {"Gemm A'", 1, 0, []int{4, 3}, []int{4, 2}}, {"Gemm B'", 0, 1, []int{3, 4}, []int{2, 4}}, {"Gemm A'B'", 1, 1, []int{4, 3}, []int{2, 4}}} {
		all = append(all, graph{
			name: c.name, inputs: []input{named("x", c.a...), named("y", c.b...), named("z", 2)}, out: []int{3, 2},
			build: op("Gemm", xyz, onnx.IntAttr("transA", c.ta), onnx.IntAttr("transB", c.tb), onnx.FloatAttr("alpha", .5), onnx.FloatAttr("beta", 2)),
		})
	}
	return append(all,
		graph{name: "Gemm without C", inputs: []input{x(3, 4), named("y", 2, 4)}, build: op("Gemm", xy, onnx.IntAttr("transB", 1)), out: []int{3, 2}},
		graph{
			name: "Conv", inputs: []input{x(2, 3, 4, 6), named("y", 5, 3, 2, 3), named("z", 5)}, out: []int{2, 5, 2, 2}, single: true,
			build: op("Conv", xyz, onnx.IntsAttr("kernel_shape", 2, 3), onnx.IntsAttr("strides", 2, 3)),
		},
	)
}

func norms() []graph {
	layer := op("LayerNormalization", []string{"x", "y", "z"}, onnx.IntAttr("axis", -1), onnx.FloatAttr("epsilon", 1e-5))
	noBias := op("LayerNormalization", []string{"x", "y"}, onnx.IntAttr("axis", -1))
	return []graph{
		{name: "LayerNormalization", inputs: []input{x(3, 4), named("y", 4), named("z", 4)}, build: layer, out: []int{3, 4}, single: true},
		{name: "LayerNormalization of tokens", inputs: []input{x(2, 3, 4), named("y", 4), named("z", 4)}, build: layer, out: []int{2, 3, 4}, single: true},
		{name: "LayerNormalization without bias", inputs: []input{x(3, 4), named("y", 4)}, build: noBias, out: []int{3, 4}, single: true},
		{name: "Softmax", inputs: []input{x(2, 3, 4)}, build: op("Softmax", []string{"x"}, onnx.IntAttr("axis", -1)), out: []int{2, 3, 4}},
		{name: "Softmax of columns", inputs: []input{x(2, 3, 4)}, build: op("Softmax", []string{"x"}, onnx.IntAttr("axis", 1)), out: []int{2, 3, 4}},
		{name: "LogSoftmax", inputs: []input{x(3, 4)}, build: op("LogSoftmax", []string{"x"}, onnx.IntAttr("axis", -1)), out: []int{3, 4}},
	}
}
