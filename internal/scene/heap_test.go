package scene_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/curate/curate/internal/scene"
)

func drawHeap(t *testing.T, dir string, o scene.HeapOptions) scene.Planted {
	t.Helper()
	p, err := scene.Heap(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHeapHoldsWhatItsTruthSays(t *testing.T) {
	dir := t.TempDir()
	p := drawHeap(t, dir, scene.HeapOptions{Count: 18, Seed: 3})
	if got := len(p.Of(scene.Original)); got != 18 || !p.Complete {
		t.Errorf("%d originals, complete: %v", got, p.Complete)
	}
	listed := map[string]scene.File{}
	for _, f := range p.Files {
		listed[f.Path] = f
	}
	walkRaw(t, dir, func(path string, data []byte) {
		f, ok := listed[path]
		if !ok {
			t.Errorf("%s is not in planted.json", path)
		}
		checkFile(t, dir, f, data)
		delete(listed, path)
	})
	if len(listed) > 0 {
		t.Errorf("%d files of planted.json are not there", len(listed))
	}
}

func checkFile(t *testing.T, dir string, f scene.File, data []byte) {
	t.Helper()
	if parts := strings.Split(f.Path, "/"); parts[1] != f.Label || parts[2] != f.Subject {
		t.Errorf("%s: label %s, subject %s", f.Path, f.Label, f.Subject)
	}
	if (f.Of == "") != (f.Kind != scene.Exact && f.Kind != scene.Edited && f.Kind != scene.Conflict) {
		t.Errorf("%s (%s) is a copy of %q", f.Path, f.Kind, f.Of)
	}
	if (len(data) == 0) != (f.Kind == scene.Empty) {
		t.Errorf("%s (%s) has %d bytes", f.Path, f.Kind, len(data))
	}
	if f.Of == "" {
		return
	}
	of, err := os.ReadFile(filepath.Join(dir, f.Of))
	if err != nil {
		t.Fatal(err)
	}
	if same := bytes.Equal(of, data); same != (f.Kind != scene.Edited) {
		t.Errorf("%s (%s %s) has the bytes of %s: %v", f.Path, f.Kind, f.Edit, f.Of, same)
	}
}

func TestHeapIsDrawnOnce(t *testing.T) {
	dir := t.TempDir()
	o := scene.HeapOptions{Count: 4, Seed: 1}
	first := drawHeap(t, dir, o)
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	path := filepath.Join(dir, first.Files[0].Path)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	drawHeap(t, dir, o)
	if info, err := os.Stat(path); err != nil || !info.ModTime().Equal(past) {
		t.Errorf("a second run drew %s again (%v)", path, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	drawHeap(t, dir, o)
	if _, err := os.Stat(path); err != nil {
		t.Errorf("a missing file was not drawn again: %v", err)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	a, b, c := t.TempDir(), t.TempDir(), t.TempDir()
	drawHeap(t, a, scene.HeapOptions{Count: 4, Seed: 8})
	drawHeap(t, b, scene.HeapOptions{Count: 4, Seed: 8})
	drawHeap(t, c, scene.HeapOptions{Count: 4, Seed: 9})
	if !bytes.Equal(everything(t, a), everything(t, b)) {
		t.Error("two heaps of one seed differ")
	}
	if bytes.Equal(everything(t, a), everything(t, c)) {
		t.Error("two heaps of two seeds do not differ")
	}
}

func TestInterruptedHeapIsDrawnAfresh(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	var done atomic.Int32
	o := scene.HeapOptions{Count: 4, Seed: 2, Done: func() {
		if done.Add(1) == 5 {
			stop()
		}
	}}
	if _, err := scene.Heap(ctx, dir, o); err == nil {
		t.Fatal("an interrupted run says that it is done")
	}
	if p, err := scene.ReadPlanted(dir); err != nil || p.Complete {
		t.Fatalf("planted.json after an interruption: complete %v, %v", p.Complete, err)
	}
	o.Done = nil
	if p := drawHeap(t, dir, o); !p.Complete {
		t.Error("the second run did not complete it")
	}
}

func TestForeignPicturesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "raw", "holiday.jpg")
	if err := os.MkdirAll(filepath.Dir(mine), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := scene.Heap(context.Background(), dir, scene.HeapOptions{Count: 2}); err == nil {
		t.Error("a folder with other pictures was taken")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
}

// walkRaw calls do with every file of a heap in order.
func walkRaw(t *testing.T, dir string, do func(path string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(scene.Raw(dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		do(filepath.ToSlash(rel), data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func everything(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	walkRaw(t, dir, func(path string, data []byte) { all = append(append(all, path...), data...) })
	return all
}
