package modelstore

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
	if err := os.Truncate(path, int64(len(data)/2)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Resolve(context.Background(), "m"); err == nil || !strings.Contains(err.Error(), "cut short") || !strings.Contains(err.Error(), "curate model rm m") {
		t.Errorf("with cut weights: %v", err)
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
