package vit

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
)

// layer makes a linear layer and inputs for it.
func layer(rows, in, out int) (weight Tensor, bias, x []float32) {
	rng := rand.New(rand.NewPCG(5, 6))
	draw := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(rng.NormFloat64())
		}
		return v
	}
	return Tensor{[]int{out, in}, draw(in * out)}, draw(out), draw(rows * in)
}

// exact computes the layer in integers as its documentation says it.
func exact(q *Quantised, x []float32) []float32 {
	step, zero := q.step()
	var y []float32
	for r := range len(x) / q.In {
		for c := range q.Out {
			sum := 0
			for k, v := range x[r*q.In : (r+1)*q.In] {
				level := min(max(math.RoundToEven(float64(v/step))+float64(zero), 0), 255)
				sum += (int(level) - int(zero)) * int(q.Weight[k*q.Out+c])
			}
			y = append(y, step*q.Scale[c]*float32(sum)+q.Bias[c])
		}
	}
	return y
}

func runQuantised(t *testing.T, q *Quantised, x []float32) []float32 {
	t.Helper()
	g := onnx.New("layer")
	e := &emitter{g: g, named: map[string]bool{}, rounded: map[string]string{}}
	n := onnx.Dim{Name: "n"}
	y := e.quantised(g.Input("x", onnx.Float, n, onnx.Dim{Size: int64(q.In)}), "layer", q)
	g.Nodes = append(g.Nodes, &onnx.Node{Op: "Identity", In: []string{y}, Out: []string{"want_y"}})
	g.Output("want_y", onnx.Float, n, onnx.Dim{Size: int64(q.Out)})
	in, err := ort.NewTensor(x, len(x)/q.In, q.In)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, g.Marshal(), in)["y"]
}

// The runtime computes what the documentation says, on every processor: with inputs
// and weights at their ends, sums that are added in 16 bits would show.
func TestQuantisedLayer(t *testing.T) {
	weight, bias, x := layer(7, 40, 24)
	for k := range 40 { // the largest sums that there are
		x[k], weight.Data[k] = 9, 9
	}
	q, err := Quantise(weight, bias, -3, 3)
	if err != nil {
		t.Fatal(err)
	}
	want, got := exact(q, x), runQuantised(t, q, x)
	for i := range want {
		if d := math.Abs(float64(want[i] - got[i])); d > 1e-4*math.Max(1, math.Abs(float64(want[i]))) {
			t.Fatalf("number %d is %g, want %g", i, got[i], want[i])
		}
	}
	for r := range 7 {
		if alone := runQuantised(t, q, x[r*40:(r+1)*40]); !slices.Equal(alone, got[r*24:(r+1)*24]) {
			t.Errorf("row %d is another alone", r)
		}
	}
}

// What is rounded is close to what was not.
func TestQuantiseIsClose(t *testing.T) {
	weight, bias, x := layer(5, 64, 16)
	q, err := Quantise(weight, bias, slices.Min(x), slices.Max(x))
	if err != nil {
		t.Fatal(err)
	}
	back := q.Float()
	if !slices.Equal(back.Shape, weight.Shape) {
		t.Fatalf("shape %v, want %v", back.Shape, weight.Shape)
	}
	got := exact(q, x)
	for i := range got {
		r, c := i/16, i%16
		want := float64(bias[c])
		for k := range 64 {
			want += float64(x[r*64+k]) * float64(weight.Data[c*64+k])
		}
		if math.Abs(want-float64(got[i])) > .6 { // the sum of 64 products of size 1
			t.Errorf("number %d is %g, want about %g", i, got[i], want)
		}
	}
}

func TestQuantisedRefuses(t *testing.T) {
	good := func() *Quantised {
		return &Quantised{In: 2, Out: 1, Weight: []int8{1, -63}, Scale: []float32{1}, Bias: []float32{0}, Low: -1, High: 1}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(q *Quantised){
		"a short weight":     func(q *Quantised) { q.Weight = q.Weight[:1] },
		"no bias":            func(q *Quantised) { q.Bias = nil },
		"a weight of 64":     func(q *Quantised) { q.Weight[0] = 64 },
		"a range without 0":  func(q *Quantised) { q.Low = .5 },
		"an empty range":     func(q *Quantised) { q.Low, q.High = 0, 0 },
		"a range of no ends": func(q *Quantised) { q.High = float32(math.Inf(1)) },
		"a range of no size": func(q *Quantised) { q.High = float32(math.NaN()) },
	} {
		q := good()
		spoil(q)
		if q.Check() == nil {
			t.Errorf("%s passed", name)
		}
	}
}

// The whole model in integers gives about what it gives in floats, with branches
// scaled and not.
func TestQuantisedModel(t *testing.T) {
	for _, name := range []string{"vit", "dinov2", "dinov2_swiglu", "registers"} {
		m := load(t, name)
		o := Options{Width: 2 * m.Config.Patch, Height: 2 * m.Config.Patch, CLS: []int{1, 2}, Fused: true}
		rng := rand.New(rand.NewPCG(7, 8))
		x := make([]float32, 2*3*o.Width*o.Height)
		for i := range x {
			x[i] = float32(rng.NormFloat64())
		}
		in, err := ort.NewTensor(x, 2, 3, o.Height, o.Width)
		if err != nil {
			t.Fatal(err)
		}
		want := run(t, cls(t, m, o), in)
		layers := map[string]*Quantised{}
		for _, l := range m.Config.Linears(2) {
			w, b := m.Weights[l+".weight"], m.Weights[l+".bias"].Data
			if b == nil {
				b = make([]float32, w.Shape[0])
			}
			if layers[l], err = Quantise(w, b, -8, 8); err != nil {
				t.Fatal(err)
			}
			if scale, ok := m.Weights[scaleOf(l)]; ok {
				for c, s := range scale.Data {
					layers[l].Scale[c] *= s
					layers[l].Bias[c] *= s
				}
			}
		}
		o.Quantised = layers
		for out, got := range run(t, cls(t, m, o), in) {
			if d := worst(unit(got, 2), unit(want[out], 2)); d > .15 || d == 0 {
				t.Errorf("%s %s differs by %g", name, out, d)
			}
		}
	}
}

// cls returns a graph with the CLS tokens of two layers.
func cls(t *testing.T, m *Model, o Options) []byte {
	t.Helper()
	g := onnx.New("cls")
	f, err := Forward(g, m, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range f.CLS {
		as := []string{"want_cls1", "want_cls2"}[i]
		g.Nodes = append(g.Nodes, &onnx.Node{Op: "Identity", In: []string{v}, Out: []string{as}})
		g.Output(as, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Config.Hidden)})
	}
	return g.Marshal()
}

// scaleOf names the scale of the branch that a layer ends, "" for others.
func scaleOf(layer string) string {
	const block = len("encoder.layer.0.")
	switch layer[block:] {
	case "attention.output.dense":
		return layer[:block] + "layer_scale1.lambda1"
	case "mlp.fc2", "mlp.weights_out":
		return layer[:block] + "layer_scale2.lambda1"
	}
	return ""
}
