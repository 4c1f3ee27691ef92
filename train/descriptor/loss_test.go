package descriptor

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/train/autodiff"
)

// reference is what testdata/reference.py prints.
type reference struct {
	X, Weight, Bias, Teacher []float32
	Loss                     []float64
	Grads                    struct{ X, Weight, Bias []float64 }
	AdamW                    []struct {
		Grad   []float32
		Weight []float64
	}
}

func readReference(t *testing.T) (r reference) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(t *testing.T, what string, got []float32, want []float64, within float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if math.Abs(float64(got[i])-w) > within*(1+math.Abs(w)) {
			t.Errorf("%s[%d] = %.7f, PyTorch has %.7f", what, i, got[i], w)
		}
	}
}

func TestLossAndGradientsArePyTorchs(t *testing.T) {
	r := readReference(t)
	const width, dim = 6, 5
	o := Options{Batch: 4, Dim: dim, Heat: .07, KoLeo: .3, Teach: .2}
	g := onnx.New("loss")
	g.Input("x", onnx.Float, onnx.Dims(8, width)...)
	g.Input(weightInput, onnx.Float, onnx.Dims(dim, width)...)
	g.Input(biasInput, onnx.Float, onnx.Dims(dim)...)
	z := unit(g, g.Op("Gemm", []string{unit(g, "x"), weightInput, biasInput}, onnx.IntAttr("transB", 1)))
	p := writeLoss(g, z, o)
	grads, err := autodiff.Gradients(g, p.total, []string{"x", weightInput, biasInput})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{p.total, p.nce, p.koleo, p.teach} {
		g.Output(v, onnx.Float, onnx.Dims(1)...)
	}
	g.Output(grads["x"], onnx.Float, onnx.Dims(8, width)...)
	g.Output(grads[weightInput], onnx.Float, onnx.Dims(dim, width)...)
	g.Output(grads[biasInput], onnx.Float, onnx.Dims(dim)...)
	s, err := orttest.Open(t).NewSession(g.Marshal(), ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tensor := func(v []float32, dims ...int) *ort.Tensor {
		x, err := ort.NewTensor(v, dims...)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	in := []*ort.Tensor{tensor(r.X, 8, width), tensor(r.Weight, dim, width), tensor(r.Bias, dim), tensor(r.Teacher, 8, 8)}
	out := make([]*ort.Tensor, 7)
	if err := s.Run(t.Context(), in, out); err != nil {
		t.Fatal(err)
	}
	for i, part := range []string{"loss", "InfoNCE", "KoLeo", "distillation"} {
		near(t, part, out[i].Floats(), r.Loss[i:i+1], 1e-5)
	}
	near(t, "gradient of x", out[4].Floats(), r.Grads.X, 2e-5)
	near(t, "gradient of the projection", out[5].Floats(), r.Grads.Weight, 2e-5)
	near(t, "gradient of its bias", out[6].Floats(), r.Grads.Bias, 2e-5)
}

func TestStepsArePyTorchs(t *testing.T) {
	r := readReference(t)
	w := append([]float32(nil), r.Weight...)
	first, second := make([]float32, len(w)), make([]float32, len(w))
	for i, step := range r.AdamW {
		adamW(w, step.Grad, first, second, i+1, 3e-4, .01)
		near(t, "weights", w, step.Weight, 1e-6)
	}
}

func TestRate(t *testing.T) {
	o := Options{Steps: 110, Warmup: 10, Floor: .05}
	for step, want := range map[int]float64{0: .1, 9: 1, 10: 1, 60: .525, 110: .05} {
		if got := o.rate(step); math.Abs(got-want) > 1e-9 {
			t.Errorf("step %d: %.4f of the highest rate, want %.4f", step, got, want)
		}
	}
}
