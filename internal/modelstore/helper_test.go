package modelstore

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/safetensors"
)

const hidden, mlp, patch, grid, layers = 64, 128, 2, 3, 2

// numbers are weights that differ from tensor to tensor.
func numbers(seed, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32((i*7+seed*13)%101)/101 - 0.5
	}
	return out
}

// exported is a small DINOv2 as PyTorch's exporter leaves it: linear weights
// transposed and nameless, positions in two pieces, something else on top. want
// holds the tensors that must come out of it.
func exported(prefix string) (g *onnx.Graph, want map[string][]float32) {
	g, want = onnx.New("main"), map[string][]float32{}
	seed := 0
	named := func(name string, shape ...int) string {
		seed++
		n := 1
		for _, d := range shape {
			n *= d
		}
		want[name] = numbers(seed, n)
		return g.Weight(prefix+name, want[name], shape...)
	}
	x := g.Input("input", onnx.Float, onnx.Dims(1, 3, 6, 6)...)
	linear := func(layer string, in, out int) {
		bias := named(layer+".bias", out)
		seed++
		turned := numbers(seed, in*out) // in x out, as MatMul takes it
		w := make([]float32, in*out)
		for i := range in {
			for j := range out {
				w[j*in+i] = turned[i*out+j]
			}
		}
		want[layer+".weight"] = w
		product := g.Op("MatMul", []string{x, g.Weight(fmt.Sprintf("onnx::MatMul_%d", seed), turned, in, out)})
		x = g.Op("Add", []string{bias, product})
	}
	named("embeddings.cls_token", 1, 1, hidden)
	named("embeddings.patch_embeddings.projection.weight", hidden, 3, patch, patch)
	named("embeddings.patch_embeddings.projection.bias", hidden)
	cls, patches := numbers(1001, hidden), numbers(1002, grid*grid*hidden)
	g.Weight("onnx::Concat_1", cls, 1, 1, hidden)
	g.Weight("onnx::Reshape_2", patches, 1, grid*grid, hidden)
	want["embeddings.position_embeddings"] = slices.Concat(cls, patches)
	want["embeddings.mask_token"] = make([]float32, hidden)
	for l := range layers {
		layer := fmt.Sprintf("encoder.layer.%d.", l)
		for _, norm := range []string{"norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "layer_scale1.lambda1", "layer_scale2.lambda1"} {
			named(layer+norm, hidden)
		}
		for _, part := range []string{"attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense"} {
			linear(layer+part, hidden, hidden)
		}
		linear(layer+"mlp.fc1", hidden, mlp)
		linear(layer+"mlp.fc2", mlp, hidden)
	}
	named("layernorm.weight", hidden)
	named("layernorm.bias", hidden)
	g.Weight("decoder.final.weight", numbers(5, hidden), 1, hidden, 1, 1)
	g.Output(g.Op("Sigmoid", []string{x}), onnx.Float, onnx.Dims(1, 1, 6, 6)...)
	return g, want
}

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func store(t *testing.T) *Store {
	t.Helper()
	return &Store{Home: t.TempDir()}
}

func wantTensors(t *testing.T, folder string, want map[string][]float32) {
	t.Helper()
	f, err := safetensors.OpenModel(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.Names(); len(got) != len(want) {
		t.Errorf("%d tensors, want %d: %v", len(got), len(want), got)
	}
	for name, data := range want {
		got, err := f.Float32(name)
		if err != nil || !slices.Equal(got, data) {
			t.Errorf("%s differs (%v)", name, err)
		}
	}
}

func wheel(t *testing.T, name string, files map[string][]byte) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, data := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(data)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return write(t, name, out.Bytes())
}

// descriptor is a graph that turns pictures into vectors.
func descriptor(channels int) []byte {
	g := onnx.New("d")
	x := g.Input("pixel_values", onnx.Float, onnx.Dim{Name: "batch"}, onnx.Dim{Size: int64(channels)}, onnx.Dim{Size: 32}, onnx.Dim{Size: 32})
	pooled := g.Op("GlobalAveragePool", []string{x})
	g.Output(g.Op("Flatten", []string{pooled}), onnx.Float, onnx.Dim{Name: "batch"}, onnx.Dim{Size: int64(channels)})
	return g.Marshal()
}

// folder is a model in Hugging Face layout, made by an import.
func folder(t *testing.T) string {
	t.Helper()
	g, _ := exported("backbone.")
	m, err := store(t).Import(context.Background(), write(t, "m.onnx", g.Marshal()), "m")
	if err != nil {
		t.Fatal(err)
	}
	return m.Folder
}
