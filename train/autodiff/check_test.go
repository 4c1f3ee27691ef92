package autodiff_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/train/autodiff"
)

// input is a value of a test graph. Its first dimension is called n where free is
// set.
type input struct {
	name   string
	dims   []int
	free   bool
	fixed  bool // no gradient is asked for
	lo, hi float64
}

func (in input) size() int {
	n := 1
	for _, d := range in.dims {
		n *= d
	}
	return n
}

// graph is a function of inputs: build returns the value to differentiate.
type graph struct {
	name   string
	inputs []input
	build  func(g *onnx.Graph) string
	out    []int
	single bool // the library has no float64 kernel
}

// write makes a graph of element type typ whose only loss is sum(y * w) for a
// given w, so that every element of y counts differently.
func (c graph) write(typ onnx.Type) (g *onnx.Graph, loss string) {
	g = onnx.New(c.name)
	for _, in := range c.inputs {
		dims := onnx.Dims(in.dims...)
		if in.free {
			dims[0] = onnx.Dim{Name: "n"}
		}
		g.Input(in.name, typ, dims...)
	}
	y := c.build(g)
	w := g.Op("Reshape", []string{g.Input("w", typ, onnx.Dims(c.size())...), g.Op("Shape", []string{y})})
	loss = g.Op("ReduceSum", []string{g.Op("Mul", []string{y, w})}, onnx.IntAttr("keepdims", 1))
	return g, loss
}

// size is the number of elements of y.
func (c graph) size() int { return input{dims: c.out}.size() }

func (c graph) params() (names []string) {
	for _, in := range c.inputs {
		if !in.fixed {
			names = append(names, in.name)
		}
	}
	return names
}

// values draws the inputs, and last the weights of the loss.
func (c graph) values() [][]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	var out [][]float64
	for _, in := range append(slices.Clone(c.inputs), input{dims: c.out}) {
		lo, hi := in.lo, in.hi
		if lo == hi {
			lo, hi = -1, 1
		}
		v := make([]float64, in.size())
		for i := range v {
			v[i] = lo + (hi-lo)*r.Float64()
		}
		out = append(out, v)
	}
	return out
}

// run runs a graph and returns its outputs as float64.
func run(t *testing.T, s *ort.Session, c graph, values [][]float64) [][]float64 {
	t.Helper()
	var in []*ort.Tensor
	for i, v := range values {
		dims := []int{c.size()}
		if i < len(c.inputs) {
			dims = c.inputs[i].dims
		}
		in = append(in, tensorOf(t, v, c.single, dims))
	}
	out := make([]*ort.Tensor, len(s.Outputs()))
	if err := s.Run(context.Background(), in, out); err != nil {
		t.Fatal(err)
	}
	var wide [][]float64
	for _, o := range out {
		v := slices.Clone(ort.Data[float64](o))
		for _, x := range o.Floats() {
			v = append(v, float64(x))
		}
		wide = append(wide, v)
	}
	return wide
}

func tensorOf(t *testing.T, v []float64, single bool, dims []int) *ort.Tensor {
	t.Helper()
	narrow := make([]float32, len(v))
	for i, x := range v {
		narrow[i] = float32(x)
	}
	out, err := ort.NewTensor(slices.Clone(v), dims...)
	if single {
		out, err = ort.NewTensor(narrow, dims...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func open(t *testing.T, rt *ort.Runtime, g *onnx.Graph) *ort.Session {
	t.Helper()
	s, err := rt.NewSession(g.Marshal(), ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// check compares the gradients of c with central differences.
func check(t *testing.T, c graph) {
	typ, step, tolerance := onnx.Double, 1e-5, 1e-7
	if c.single {
		typ, step, tolerance = onnx.Float, 1e-2, 2e-3
	}
	rt := orttest.Open(t)
	g, loss := c.write(typ)
	plain, plainLoss := c.write(typ)
	plain.Output(plainLoss, typ, onnx.Dims(slices.Repeat([]int{1}, len(c.out))...)...)
	grads, err := autodiff.Gradients(g, loss, c.params())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range c.params() {
		g.Output(grads[p], typ)
	}
	forward, values := open(t, rt, plain), c.values()
	got := run(t, open(t, rt, g), c, values)
	k := 0
	for i, in := range c.inputs {
		if in.fixed {
			continue
		}
		if len(got[k]) != in.size() {
			t.Fatalf("gradient of %s has %d elements, not %d", in.name, len(got[k]), in.size())
		}
		for e := range values[i] {
			want := slope(t, forward, c, values, i, e, step)
			if diff := math.Abs(got[k][e] - want); !(diff <= tolerance*(1+math.Abs(want))) {
				t.Errorf("d/d%s[%d] = %g, by differences %g", in.name, e, got[k][e], want)
			}
		}
		k++
	}
}

// slope is (f(x+h) - f(x-h)) / 2h for element e of input i.
func slope(t *testing.T, s *ort.Session, c graph, values [][]float64, i, e int, h float64) float64 {
	t.Helper()
	old := values[i][e]
	defer func() { values[i][e] = old }()
	values[i][e] = old + h
	up := run(t, s, c, values)[0][0]
	values[i][e] = old - h
	return (up - run(t, s, c, values)[0][0]) / (2 * h)
}
