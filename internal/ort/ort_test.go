package ort_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
)

func cpu() ort.SessionOptions {
	return ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}, Threads: 1}
}

func session(t *testing.T, rt *ort.Runtime, g *onnx.Graph, o ort.SessionOptions) *ort.Session {
	t.Helper()
	s, err := rt.NewSession(g.Marshal(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func tensor[T ort.Element](t *testing.T, data []T, dims ...int) *ort.Tensor {
	t.Helper()
	x, err := ort.NewTensor(data, dims...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// double is y = 2x, z = x + 1 for x of shape [n, 2].
func double() *onnx.Graph {
	g := onnx.New("double")
	n := onnx.Dim{Name: "n"}
	x := g.Input("x", onnx.Float, n, onnx.Dim{Size: 2})
	y, z := g.Op("Mul", []string{x, g.Float(2)}), g.Op("Add", []string{x, g.Float(1)})
	g.Output(y, onnx.Float, n, onnx.Dim{Size: 2})
	g.Output(z, onnx.Float, n, onnx.Dim{Size: 2})
	return g
}

func TestRunWritesIntoTheCallersSliceAndMakesMissingOutputs(t *testing.T) {
	s := session(t, orttest.Open(t), double(), cpu())
	in, mine := []float32{1, 2, 3, 4}, make([]float32, 4)
	x := tensor(t, in, 2, 2)
	out := []*ort.Tensor{tensor(t, mine, 2, 2), nil}
	for range 2 { // the second run reuses both tensors
		if err := s.Run(context.Background(), []*ort.Tensor{x}, out); err != nil {
			t.Fatal(err)
		}
	}
	if want := []float32{2, 4, 6, 8}; !slices.Equal(mine, want) {
		t.Errorf("own slice: %v, want %v", mine, want)
	}
	if want := []float32{2, 3, 4, 5}; !slices.Equal(out[1].Floats(), want) || !slices.Equal(out[1].Dims(), []int{2, 2}) {
		t.Errorf("made by the run: %v %v", out[1].Floats(), out[1].Dims())
	}
	in[0] = 10 // no copy: the next run sees it
	if err := s.Run(context.Background(), []*ort.Tensor{x}, out); err != nil || mine[0] != 20 {
		t.Errorf("after a change of the input: %v, %v", mine[0], err)
	}
}

func TestElementTypes(t *testing.T) {
	rt := orttest.Open(t)
	for _, c := range []struct {
		name     string
		typ      onnx.Type
		in, want *ort.Tensor
	}{
		{"float64", onnx.Double, tensor(t, []float64{1.5}, 1), tensor(t, []float32{1.5}, 1)},
		{"int64", onnx.Int64, tensor(t, []int64{-7}, 1), tensor(t, []float32{-7}, 1)},
		{"int32", onnx.Int32, tensor(t, []int32{7}, 1), tensor(t, []float32{7}, 1)},
		{"uint8", onnx.Uint8, tensor(t, []uint8{255}, 1), tensor(t, []float32{255}, 1)},
		{"int8", onnx.Int8, tensor(t, []int8{-128}, 1), tensor(t, []float32{-128}, 1)},
		{"bool", onnx.Bool, tensor(t, []bool{true}, 1), tensor(t, []float32{1}, 1)},
		{"half", onnx.Float16, tensor(t, []ort.Half{0x3e00}, 1), tensor(t, []float32{1.5}, 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := onnx.New("cast")
			y := g.Op("Cast", []string{g.Input("x", c.typ, onnx.Dims(1)...)}, onnx.IntAttr("to", int(onnx.Float)))
			g.Output(y, onnx.Float, onnx.Dims(1)...)
			out := []*ort.Tensor{nil}
			if err := session(t, rt, g, cpu()).Run(context.Background(), []*ort.Tensor{c.in}, out); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(out[0].Floats(), c.want.Floats()) {
				t.Errorf("got %v, want %v", out[0].Floats(), c.want.Floats())
			}
		})
	}
}

func TestNewTensorRefuses(t *testing.T) {
	for name, dims := range map[string][]int{
		"no dimension": {}, "too few elements": {2, 2}, "negative": {-3}, "overflow": {math.MaxInt, 3},
	} {
		if _, err := ort.NewTensor([]float32{1, 2, 3}, dims...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	s := session(t, orttest.Open(t), double(), cpu())
	x := tensor(t, []float32{1, 2}, 1, 2)
	for name, c := range map[string]struct{ in, out []*ort.Tensor }{
		"no inputs":    {nil, []*ort.Tensor{nil, nil}},
		"nil input":    {[]*ort.Tensor{nil}, []*ort.Tensor{nil, nil}},
		"one output":   {[]*ort.Tensor{x}, []*ort.Tensor{nil}},
		"wrong shape":  {[]*ort.Tensor{tensor(t, []float32{1, 2, 3}, 1, 3)}, []*ort.Tensor{nil, nil}},
		"wrong type":   {[]*ort.Tensor{tensor(t, []int64{1, 2}, 1, 2)}, []*ort.Tensor{nil, nil}},
		"small output": {[]*ort.Tensor{tensor(t, []float32{1, 2, 3, 4}, 2, 2)}, []*ort.Tensor{x, nil}},
	} {
		if err := s.Run(context.Background(), c.in, c.out); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := s.Run(context.Background(), []*ort.Tensor{x}, []*ort.Tensor{nil, nil}); err != nil {
		t.Errorf("after the refusals: %v", err)
	}
}

func TestClosedSession(t *testing.T) {
	rt := orttest.Open(t)
	s, err := rt.NewSession(double().Marshal(), cpu())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	err = s.Run(context.Background(), []*ort.Tensor{tensor(t, []float32{1, 2}, 1, 2)}, []*ort.Tensor{nil, nil})
	if err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("run after close: %v", err)
	}
}

// TestCancel: a chain of products long enough to be stopped on the way.
func TestCancel(t *testing.T) {
	const side = 512
	g := onnx.New("chain")
	w := g.Input("w", onnx.Float, onnx.Dims(side, side)...)
	y := w
	for range 2000 {
		y = g.Op("MatMul", []string{y, w})
	}
	g.Output(y, onnx.Float, onnx.Dims(side, side)...)
	s := session(t, orttest.Open(t), g, cpu())
	x := tensor(t, make([]float32, side*side), side, side)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := s.Run(ctx, []*ort.Tensor{x}, []*ort.Tensor{nil}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled run: %v", err)
	}
	if err := s.Run(ctx, []*ort.Tensor{x}, []*ort.Tensor{nil}); !errors.Is(err, context.Canceled) {
		t.Errorf("run with an ended context: %v", err)
	}
}

func TestRunsAtOnce(t *testing.T) {
	s := session(t, orttest.Open(t), double(), cpu())
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			v := float32(i)
			x, err := ort.NewTensor([]float32{v, v}, 1, 2)
			out := []*ort.Tensor{nil, nil}
			err = errors.Join(err, s.Run(context.Background(), []*ort.Tensor{x}, out))
			if err != nil || out[0].Floats()[1] != 2*v {
				t.Errorf("run %d: %v", i, err)
			}
		})
	}
	wg.Wait()
}

func TestOpenTwice(t *testing.T) {
	rt := orttest.Open(t)
	again, err := ort.Open(rt.Path())
	if err != nil || again != rt {
		t.Errorf("same path: %v %v", again, err)
	}
	if _, err := ort.Open(filepath.Join(t.TempDir(), "other.so")); err == nil {
		t.Error("another path: no error")
	}
	if rt.Version() == "" {
		t.Error("no version")
	}
}

func TestAskedForProviderThatIsMissing(t *testing.T) {
	rt := orttest.Open(t)
	usable := rt.Providers()
	if usable[0] != ort.CPU {
		t.Errorf("providers: %v", usable)
	}
	for provider, remedy := range map[string]string{
		ort.CUDA: "ORT=gpu make setup", ort.TensorRT: "ORT=gpu make setup", ort.DirectML: "Windows", ort.OpenVINO: "openvino", ort.CoreML: "macOS",
	} {
		if slices.Contains(usable, provider) {
			continue
		}
		o := cpu()
		o.Device.Provider = provider
		_, err := rt.NewSession(double().Marshal(), o)
		if err == nil || !strings.Contains(err.Error(), remedy) {
			t.Errorf("%s: %v", provider, err)
		}
	}
}

func TestAutoFallsBackWithOneNotice(t *testing.T) {
	rt := orttest.Open(t)
	if len(rt.Providers()) > 1 {
		t.Skip("skipped: this library has a GPU provider, so auto does not fall back")
	}
	var said []string
	for range 2 {
		s := session(t, rt, double(), ort.SessionOptions{Notice: func(n string) { said = append(said, n) }})
		if s.Device().Provider != ort.CPU {
			t.Errorf("device %v", s.Device())
		}
	}
	if _, err := os.Stat("/dev/nvidia0"); len(said) > 1 || err != nil && len(said) > 0 && runtime.GOOS == "linux" {
		t.Errorf("notices: %q", said)
	}
	for _, n := range said {
		if !strings.HasPrefix(n, "running on the CPU") {
			t.Errorf("notice %q", n)
		}
	}
}

func TestParseDevice(t *testing.T) {
	for text, want := range map[string]ort.Device{
		"": {Provider: ort.Auto}, "auto": {Provider: ort.Auto}, "cpu": {Provider: ort.CPU}, "cuda": {Provider: ort.CUDA},
		"cuda:1": {Provider: ort.CUDA, ID: 1}, "directml:2": {Provider: ort.DirectML, ID: 2}, "coreml": {Provider: ort.CoreML},
	} {
		got, err := ort.ParseDevice(text)
		if err != nil || got != want {
			t.Errorf("%q: %v %v", text, got, err)
		}
		if back, err := ort.ParseDevice(got.String()); err != nil || back != got {
			t.Errorf("%q does not read back: %v %v", got, back, err)
		}
	}
	for _, text := range []string{"gpu", "cuda:", "cuda:-1", "cuda:x", "cpu:1", "coreml:0"} {
		if _, err := ort.ParseDevice(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestMatMul(t *testing.T) {
	m, err := ort.NewMatMul(orttest.Open(t), cpu(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	a, b, out := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 0, 1, 1}, make([]float32, 6)
	if err := m.Run(context.Background(), a, b, out); err != nil {
		t.Fatal(err)
	}
	if want := []float32{1, 3, 3, 7, 5, 11}; !slices.Equal(out, want) {
		t.Errorf("got %v, want %v", out, want)
	}
	if err := m.Run(context.Background(), a[:3], b, out); err == nil {
		t.Error("a cut row: no error")
	}
}

func TestNewSessionRefuses(t *testing.T) {
	rt := orttest.Open(t)
	g := onnx.New("broken")
	g.Output(g.Op("NoSuchOp", []string{g.Input("x", onnx.Float, onnx.Dims(1)...)}), onnx.Float)
	for name, model := range map[string][]byte{"empty": nil, "text": []byte("no model"), "unknown op": g.Marshal()} {
		if _, err := rt.NewSession(model, cpu()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
