package embed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit/vittest"
)

// shrunk makes an encoder file of vittest's model.
func shrunk(t testing.TB) *builtin.Encoder {
	t.Helper()
	return shrunkTo(t, vittest.Folder(t, vittest.Config), builtin.Shape{Layers: 3, Resolution: 32, Bits: 8, Fast: []int{2}, Balanced: []int{2, 3}})
}

func shrunkTo(t testing.TB, folder string, shape builtin.Shape) *builtin.Encoder {
	t.Helper()
	s, err := builtin.Cut(folder, shape)
	if err != nil {
		t.Fatal(err)
	}
	drawn := func(yield func(*raster.Picture, error) bool) {
		for i := range 12 {
			if !yield(scene.Render(uint64(i), 60, 40), nil) {
				return
			}
		}
	}
	if err := s.Observe(context.Background(), orttest.Open(t), 1, drawn); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := builtin.Write(&b, s); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "small.safetensors")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := builtin.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// What a key says of the precision is what the graph computes in.
func TestGraphsAreOfTheirPrecision(t *testing.T) {
	b := shrunk(t)
	for provider, want := range map[string]struct {
		precision, operator string
		weights             onnx.Type
	}{
		ort.CPU:    {"int8", "MatMulIntegerToFloat", onnx.Int8},
		ort.CUDA:   {"fp16", "Gemm", onnx.Float16},
		ort.CoreML: {ort.CoreML, "Gemm", onnx.Float},
	} {
		o := Options{Encoder: b, NoHead: true, Layers: []int{2, 3}, Device: ort.Device{Provider: provider}}
		m, err := describe(o)
		if err != nil {
			t.Fatal(err)
		}
		data, err := m.graph(o)
		if err != nil {
			t.Fatal(err)
		}
		g, err := onnx.Unmarshal(data)
		if err != nil {
			t.Fatal(err)
		}
		products := 0
		for _, n := range g.Nodes {
			if n.Op == want.operator {
				products++
			}
		}
		weight := slices.IndexFunc(g.Init, func(i *onnx.Tensor) bool {
			return strings.HasSuffix(i.Name, "mlp.fc1.weight") || strings.HasSuffix(i.Name, "intermediate.dense.weight")
		})
		if m.CopyKey.Precision != want.precision || products != 3*6 || weight < 0 || g.Init[weight].Type != want.weights {
			t.Errorf("%s: key %s, %d products by %s", provider, m.CopyKey, products, want.operator)
		}
	}
}

// In integers too a descriptor is the same bit for bit alone, in any place of any
// batch of any size, and with any number of threads.
func TestIntegersDoNotDependOnTheBatch(t *testing.T) {
	b, files := shrunk(t), pictures(t, 21)
	with := func(threads, batch int) *Encoder {
		return open(t, Options{Encoder: b, NoHead: true, Layers: []int{2, 3}, Threads: threads, Batch: batch})
	}
	e := with(2, 0)
	want := encode(t, e, items(files))
	if e.CopyKey.String() != b.Hash+"/2+3/32px/int8/p1" || e.CopyDim != 192 || e.HeadDim != 0 {
		t.Errorf("key %s, %d and %d numbers", e.CopyKey, e.CopyDim, e.HeadDim)
	}
	backwards := items(files)
	slices.Reverse(backwards)
	got := encode(t, e, backwards)
	slices.Reverse(got)
	same(t, "backwards", got, want)
	for i, it := range items(files) {
		same(t, "alone", encode(t, e, []Item{it}), want[i:i+1])
	}
	for _, batch := range []int{1, 7} {
		same(t, fmt.Sprint("batches of ", batch), encode(t, with(3, batch), items(files)), want)
	}
}

// Integers, halves and floats of the same weights give nearly the same. The graph of
// halves is the one that GPUs run; the CPU converts what it has no kernels for.
func TestPrecisionsAgree(t *testing.T) {
	b, files := shrunk(t), pictures(t, 9)
	o := Options{Encoder: b, NoHead: true, Layers: []int{2, 3}}
	want := encode(t, open(t, o), items(files))
	for _, d := range []ort.Device{{Provider: ort.CUDA}, {Provider: ort.TensorRT}, {Provider: ort.CoreML}} {
		o.Device = d
		m, err := describe(o)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range encode(t, onCPU(t, m, o), items(files)) {
			if c := cosine(got.Copy, want[i].Copy); c < .99 {
				t.Errorf("%s, picture %d: cosine %v", m.CopyKey, i, c)
			}
		}
	}
}

// A trained descriptor is the token of the last block, of length 1, projected, and has
// length 1 again; its key says that it was projected.
func TestATrainedDescriptorIsProjected(t *testing.T) {
	folder, shape := vittest.Folder(t, vittest.Config), builtin.Shape{Layers: 3, Resolution: 32, Bits: 8, Fast: []int{3}, Balanced: []int{3}}
	plain := shrunkTo(t, folder, shape)
	p := &builtin.Projection{Dim: 5, Weight: make([]float32, 5*96), Bias: []float32{.1, 0, -.1, .5, 0}}
	for i := range p.Weight {
		p.Weight[i] = float32(math.Sin(float64(i)))
	}
	f, err := os.Create(filepath.Join(folder, "projection.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	err = safetensors.Write(f, []safetensors.Tensor{
		{Name: "weight", Type: safetensors.F32, Shape: []int{5, 96}, Floats: p.Weight}, {Name: "bias", Type: safetensors.F32, Shape: []int{5}, Floats: p.Bias},
	})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	files := pictures(t, 5)
	e := open(t, Options{Encoder: shrunkTo(t, folder, shape), NoHead: true})
	if e.CopyDim != 5 || e.CopyKey.Layers != "3p" {
		t.Errorf("%d values, key %s", e.CopyDim, e.CopyKey)
	}
	tokens := encode(t, open(t, Options{Encoder: plain, NoHead: true}), items(files))
	for i, got := range encode(t, e, items(files)) {
		if want := p.Append(nil, tokens[i].Copy); !slices.Equal(got.Copy, want) || math.Abs(norm(got.Copy)-1) > 1e-6 {
			t.Errorf("picture %d: %v, want %v", i, got.Copy, want)
		}
	}
}

// onCPU opens the graph that a device would run on the CPU.
func onCPU(t *testing.T, m model, o Options) *Encoder {
	t.Helper()
	graph, err := m.graph(o)
	if err != nil {
		t.Fatal(err)
	}
	m.graph = func(Options) ([]byte, error) { return graph, nil }
	e := &Encoder{model: m}
	if err := e.start(Options{Runtime: orttest.Open(t), Device: ort.Device{Provider: ort.CPU}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func cosine(a, b []float32) float64 {
	dot := 0.
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
	}
	return dot / math.Sqrt(norm(a)*norm(a)*norm(b)*norm(b))
}

// Precision is part of the key: what was made on one device is not compared with
// what another made.
func TestPrecisionIsPartOfTheKey(t *testing.T) {
	b := shrunk(t)
	for provider, want := range map[string]string{
		ort.CPU: "int8", ort.Auto: "int8", ort.CUDA: "fp16", ort.DirectML: "fp16", ort.TensorRT: "fp16", ort.CoreML: "coreml", ort.OpenVINO: "openvino",
	} {
		info, err := Describe(Options{Encoder: b, NoHead: true, Device: ort.Device{Provider: provider}})
		if err != nil || info.CopyKey.Precision != want {
			t.Errorf("%s: %s, %v", provider, info.CopyKey, err)
		}
	}
}

func TestABuiltinEncoderHasNoHead(t *testing.T) {
	_, err := Describe(Options{Encoder: shrunk(t)})
	if err == nil || !strings.Contains(err.Error(), "nothing that a classifier could read") {
		t.Errorf("a head was promised: %v", err)
	}
}
