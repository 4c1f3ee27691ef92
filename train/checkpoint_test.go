package train

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/train/checkpoint"
)

func TestMomentsOfAnotherLengthAreNamed(t *testing.T) {
	dir := t.TempDir()
	fit(t, job(t, dir))
	f, err := os.Create(filepath.Join(dir, "checkpoint-18", momentsFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	short := []float32{1, 2, 3}
	err = safetensors.Write(f, []safetensors.Tensor{
		{Name: "exp_avg", Type: safetensors.F32, Shape: []int{3}, Floats: short}, {Name: "exp_avg_sq", Type: safetensors.F32, Shape: []int{3}, Floats: short},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Fit(context.Background(), job(t, dir))
	if err == nil || !strings.Contains(err.Error(), "3 elements") || strings.Contains(err.Error(), "%!w") {
		t.Errorf("error %v", err)
	}
}

// A process that is killed while it writes a checkpoint leaves a folder without a
// final name.
func TestHalfWrittenCheckpointsGo(t *testing.T) {
	dir := t.TempDir()
	leave := func() {
		t.Helper()
		f, err := atomicfile.NewFolder(filepath.Join(dir, "checkpoint-6"))
		if err == nil {
			err = os.WriteFile(filepath.Join(f.Dir, momentsFile), []byte("half"), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	leave()
	fit(t, job(t, dir))
	for _, name := range entries(t, dir) {
		if !strings.HasPrefix(name, checkpoint.Prefix) {
			t.Errorf("left over: %s", name)
		}
	}
	leave()
	if err := RemoveCheckpoints(dir); err != nil {
		t.Fatal(err)
	}
	if left := entries(t, dir); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if err := RemoveCheckpoints(filepath.Join(dir, "gone")); err != nil {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range found {
		out = append(out, e.Name())
	}
	return out
}
