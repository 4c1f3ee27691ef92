package vit

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/safetensors"
)

// tiny are the models of testdata; reference.py there made them and the numbers
// that the tests compare with.
var tiny = []string{"vit", "vit_plain", "deit", "deit_teacher", "dinov2", "dinov2_swiglu", "registers"}

func load(t testing.TB, name string) *Model {
	t.Helper()
	m, err := Load(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// graph returns the file of a model's graph with the outputs cls1, cls2, head and,
// where the model has a classifier, logits.
func graph(t testing.TB, m *Model, o Options) []byte {
	t.Helper()
	o.CLS, o.Head, o.Logits = []int{1, 2}, true, m.Classes() > 0
	g := onnx.New("tiny")
	out, err := Forward(g, m, o)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"cls1": out.CLS[0], "cls2": out.CLS[1], "head": out.Head}
	if o.Logits {
		names["logits"] = out.Logits
	}
	n := onnx.Dim{Name: "n"}
	for _, as := range []string{"cls1", "cls2", "head", "logits"} {
		if from, ok := names[as]; ok {
			as = "want_" + as // two of them may be one value, so each gets its own
			g.Nodes = append(g.Nodes, &onnx.Node{Op: "Identity", In: []string{from}, Out: []string{as}})
			g.Output(as, onnx.Float, n, onnx.Dim{Name: as})
		}
	}
	return g.Marshal()
}

// run runs a graph and returns its outputs by name, without "want_".
func run(t testing.TB, model []byte, in ...*ort.Tensor) map[string][]float32 {
	t.Helper()
	s, err := orttest.Open(t).NewSession(model, ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out := make([]*ort.Tensor, len(s.Outputs()))
	if err := s.Run(context.Background(), in, out); err != nil {
		t.Fatal(err)
	}
	got := map[string][]float32{}
	for i, n := range s.Outputs() {
		got[n[len("want_"):]] = out[i].Floats()
	}
	return got
}

// reference holds what Transformers made of a model, at one of its sizes.
type reference struct {
	f      *safetensors.File
	prefix string
}

func expected(t testing.TB, name, size string) (reference, bool) {
	t.Helper()
	f, err := safetensors.Open(filepath.Join("testdata", name+".expected.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	_, ok := f.Info(size + "pixel_values")
	return reference{f, size}, ok
}

// pixels returns the input, [2, 3, side, side].
func (r reference) pixels(t testing.TB) (data []float32, side int) {
	t.Helper()
	info, _ := r.f.Info(r.prefix + "pixel_values")
	data, err := r.f.Float32(r.prefix + "pixel_values")
	if err != nil {
		t.Fatal(err)
	}
	return data, info.Shape[3]
}

// compare holds every output to the reference: descriptors after normalising.
func (r reference) compare(t *testing.T, got map[string][]float32) {
	t.Helper()
	for name, g := range got {
		want, err := r.f.Float32(r.prefix + name)
		if err != nil {
			t.Error(err)
			continue
		}
		if name != "logits" {
			g, want = unit(g, 2), unit(want, 2)
		}
		if d := worst(g, want); d > 1e-4 {
			t.Errorf("%s%s differs by %g", r.prefix, name, d)
		}
	}
}

// unit scales each of n vectors to length 1.
func unit(v []float32, n int) []float32 {
	out := make([]float32, len(v))
	d := len(v) / n
	for i := range n {
		sum := 0.
		for _, x := range v[i*d : (i+1)*d] {
			sum += float64(x) * float64(x)
		}
		for k, x := range v[i*d : (i+1)*d] {
			out[i*d+k] = x / float32(math.Sqrt(sum))
		}
	}
	return out
}

func worst(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	w := 0.
	for i := range a {
		w = max(w, math.Abs(float64(a[i])-float64(b[i])))
	}
	return w
}

func tensor(t testing.TB, data []float32, dims ...int) *ort.Tensor {
	t.Helper()
	x, err := ort.NewTensor(data, dims...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestForwardEqualsTransformers(t *testing.T) {
	for _, name := range tiny {
		for _, size := range []string{"", "large/", "tiny/"} {
			for _, fused := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%sfused=%v", name, size, fused), func(t *testing.T) {
					want, ok := expected(t, name, size)
					if !ok {
						return // this size is there for one model only
					}
					x, side := want.pixels(t)
					model := graph(t, load(t, name), Options{Width: side, Height: side, Fused: fused})
					want.compare(t, run(t, model, tensor(t, x, 2, 3, side, side)))
				})
			}
		}
	}
}

// cut parts pictures into patches as Options.Patches wants them.
func cut(x []float32, n, side, p int) []float32 {
	var out []float32
	for i := range n {
		for py := 0; py < side; py += p {
			for px := 0; px < side; px += p {
				for c := range 3 {
					for y := range p {
						row := ((i*3+c)*side+py+y)*side + px
						out = append(out, x[row:row+p]...)
					}
				}
			}
		}
	}
	return out
}

func TestPatchesAndWeightsAsInputs(t *testing.T) {
	for _, name := range tiny {
		t.Run(name, func(t *testing.T) {
			want, _ := expected(t, name, "large/")
			x, side := want.pixels(t)
			m, err := load(t, name).Resize(side)
			if err != nil {
				t.Fatal(err)
			}
			o := Options{Width: side, Height: side, Patches: true, Params: true, CLS: []int{1, 2}, Head: true, Logits: m.Classes() > 0}
			out, err := Forward(onnx.New("names"), m, o)
			if err != nil {
				t.Fatal(err)
			}
			p := m.Config.Patch
			in := []*ort.Tensor{tensor(t, cut(x, 2, side, p), 2, side/p*(side/p), 3*p*p)}
			for _, w := range out.Params {
				in = append(in, tensor(t, m.Weights[w.Name].Data, w.Shape...))
			}
			want.compare(t, run(t, graph(t, m, o), in...))
		})
	}
}

func TestForwardRefuses(t *testing.T) {
	m := load(t, "dinov2")
	for name, o := range map[string]Options{
		"nothing wanted":        {Width: 12, Height: 12},
		"no such layer":         {Width: 12, Height: 12, CLS: []int{3}},
		"layer 0":               {Width: 12, Height: 12, CLS: []int{0}},
		"no classifier":         {Width: 12, Height: 12, Logits: true},
		"less than a patch":     {Width: 3, Height: 12, Head: true},
		"positions do not fit":  {Width: 16, Height: 16, Head: true, Params: true},
		"fused and yet trained": {Width: 12, Height: 12, Head: true, Params: true, Fused: true},
	} {
		if _, err := Forward(onnx.New(name), m, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
