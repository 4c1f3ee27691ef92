package shape

import (
	"strings"
	"testing"

	"github.com/curate/curate/internal/onnx"
)

// given is a graph with inputs x [n 6 4] and w [4 5].
func given() *onnx.Graph {
	g := onnx.New("given")
	g.Input("x", onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: 6}, onnx.Dim{Size: 4})
	g.Input("w", onnx.Float, onnx.Dims(4, 5)...)
	return g
}

func TestInfer(t *testing.T) {
	for _, c := range []struct {
		name, want string
		build      func(g *onnx.Graph) string
	}{
		{"rows", "[6n 4]", func(g *onnx.Graph) string { return g.Op("Reshape", []string{"x", g.Ints(-1, 4)}) }},
		{"rows and back", "[n 6 2 2]", func(g *onnx.Graph) string {
			return g.Op("Reshape", []string{g.Op("Reshape", []string{"x", g.Ints(-1, 4)}), g.Ints(-1, 6, 2, 2)})
		}},
		{"product", "[n 6 5]", func(g *onnx.Graph) string { return g.Op("MatMul", []string{"x", "w"}) }},
		{"broadcast", "[n 6 4]", func(g *onnx.Graph) string { return g.Op("Add", []string{g.Floats(1, 2, 3, 4), "x"}) }},
		{"transposed", "[4 n 6]", func(g *onnx.Graph) string { return g.Op("Transpose", []string{"x"}, onnx.IntsAttr("perm", 2, 0, 1)) }},
		{"mean", "[n 1 4]", func(g *onnx.Graph) string { return g.Op("ReduceMean", []string{"x"}, onnx.IntsAttr("axes", 1)) }},
		{"cut from the end", "[n 2 4]", func(g *onnx.Graph) string {
			return g.Op("Slice", []string{"x", g.Ints(-2), g.Ints(1 << 40), g.Ints(1)})
		}},
		{"expanded to the batch", "[n 4 5]", func(g *onnx.Graph) string {
			n := g.Op("Shape", []string{"x"}, onnx.IntAttr("start", 0), onnx.IntAttr("end", 1))
			return g.Op("Expand", []string{"w", g.Op("Concat", []string{n, g.Ints(4, 5)}, onnx.IntAttr("axis", 0))})
		}},
		{"batch by Gather", "[n 24]", func(g *onnx.Graph) string {
			n := g.Op("Gather", []string{g.Op("Shape", []string{"x"}), g.Ints(0)}, onnx.IntAttr("axis", 0))
			return g.Op("Reshape", []string{"x", g.Op("Concat", []string{n, g.Ints(-1)}, onnx.IntAttr("axis", 0))})
		}},
		{"joined", "[n 12 4]", func(g *onnx.Graph) string { return g.Op("Concat", []string{"x", "x"}, onnx.IntAttr("axis", 1)) }},
		{"padded", "[n 9 4]", func(g *onnx.Graph) string { return g.Op("Pad", []string{"x", g.Ints(0, 1, 0, 0, 2, 0)}) }},
		{"scalar", "[]", func(g *onnx.Graph) string { return g.Op("ReduceSum", []string{"x"}, onnx.IntAttr("keepdims", 0)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := given()
			y := c.build(g)
			table, err := Infer(g)
			if err != nil {
				t.Fatal(err)
			}
			s, err := table.Shape(y)
			if err != nil || s.String() != c.want {
				t.Errorf("shape %v, %v; want %s", s, err, c.want)
			}
		})
	}
}

func TestUnknownShapesSayWhy(t *testing.T) {
	g := given()
	y := g.Op("Neg", []string{g.Op("NonZero", []string{"x"})})
	table, err := Infer(g)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Shape(y); err == nil || !strings.Contains(err.Error(), "operator NonZero") {
		t.Errorf("error %v", err)
	}
	if _, err := table.Shape("nothing"); err == nil {
		t.Error("a value that is not there: no error")
	}
}

func TestInferRefusesWhatDoesNotFit(t *testing.T) {
	for name, build := range map[string]func(g *onnx.Graph){
		"product":     func(g *onnx.Graph) { g.Op("MatMul", []string{"w", "x"}) },
		"sum":         func(g *onnx.Graph) { g.Op("Add", []string{"x", "w"}) },
		"gemm":        func(g *onnx.Graph) { g.Op("Gemm", []string{"w", "w"}) },
		"reshape":     func(g *onnx.Graph) { g.Op("Reshape", []string{"w", g.Ints(3, -1)}) },
		"permutation": func(g *onnx.Graph) { g.Op("Transpose", []string{"x"}, onnx.IntsAttr("perm", 0, 1, 1)) },
		"axis":        func(g *onnx.Graph) { g.Op("ReduceMean", []string{"x"}, onnx.IntsAttr("axes", 3)) },
		"slice":       func(g *onnx.Graph) { g.Op("Slice", []string{"x", g.Ints(0, 1), g.Ints(2)}) },
		"concat":      func(g *onnx.Graph) { g.Op("Concat", []string{"x", "w"}, onnx.IntAttr("axis", 1)) },
		"pads":        func(g *onnx.Graph) { g.Op("Pad", []string{"x", g.Ints(1, 1)}) },
	} {
		g := given()
		build(g)
		if _, err := Infer(g); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestPeak: of three values of 96 bytes a picture in a row, two are there at once;
// the fourth is an output, whose memory is the caller's.
func TestPeak(t *testing.T) {
	g := given()
	y := g.Op("Abs", []string{g.Op("Neg", []string{g.Op("Exp", []string{g.Op("Tanh", []string{"x"})})})})
	g.Output(y, onnx.Float)
	for batch, want := range map[int]int64{1: 2 * 96, 10: 2 * 960} {
		if got, err := Peak(g, batch); err != nil || got != want {
			t.Errorf("batch %d: %d bytes, %v; want %d", batch, got, err, want)
		}
	}
}
