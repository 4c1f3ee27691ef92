package modelstore

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/hub"
	"github.com/curate/curate/internal/hub/hubtest"
)

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
