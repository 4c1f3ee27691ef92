package descriptor

import (
	"encoding/json"
	"maps"
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
	judgement
	Memory struct {
		Past   []float32
		Hidden []int
		judgement
	}
	AdamW []struct {
		Grad   []float32
		Weight []float64
	}
}

// judgement is a loss in its parts and its gradients.
type judgement struct {
	Loss  []float64
	Grads struct{ X, Weight, Bias []float64 }
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
	mask := make([]float32, len(r.Memory.Hidden))
	for i, h := range r.Memory.Hidden {
		mask[i] = float32(h) * noPart
	}
	for name, c := range map[string]struct {
		memory int
		given  given
		want   judgement
	}{
		"of a step alone": {0, given{}, r.judgement},
		"with a memory":   {len(mask) / 8, given{pastInput: r.Memory.Past, maskInput: mask}, r.Memory.judgement},
	} {
		t.Run(name, func(t *testing.T) { checkLoss(t, r, c.memory, c.given, c.want) })
	}
}

// checkLoss runs the graph of the loss on the reference's values.
func checkLoss(t *testing.T, r reference, memory int, besides given, want judgement) {
	const width, dim = 6, 5
	o := Options{Batch: 4, Dim: dim, Heat: .07, KoLeo: .3, Teach: .2, Memory: memory}
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
	rows := map[string]int{"x": 8, weightInput: dim, teacherInput: 8, pastInput: memory, maskInput: 8}
	values := given{"x": r.X, weightInput: r.Weight, biasInput: r.Bias, teacherInput: r.Teacher}
	maps.Copy(values, besides)
	in, out := make([]*ort.Tensor, len(s.Inputs())), make([]*ort.Tensor, 7)
	for i, name := range s.Inputs() {
		dims := []int{len(values[name])}
		if n := rows[name]; n > 0 {
			dims = []int{n, len(values[name]) / n}
		}
		if in[i], err = ort.NewTensor(values[name], dims...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Run(t.Context(), in, out); err != nil {
		t.Fatal(err)
	}
	for i, part := range []string{"loss", "InfoNCE", "KoLeo", "distillation"} {
		near(t, part, out[i].Floats(), want.Loss[i:i+1], 1e-5)
	}
	near(t, "gradient of x", out[4].Floats(), want.Grads.X, 2e-5)
	near(t, "gradient of the projection", out[5].Floats(), want.Grads.Weight, 2e-5)
	near(t, "gradient of its bias", out[6].Floats(), want.Grads.Bias, 2e-5)
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
