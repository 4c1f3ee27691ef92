package train

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/internal/safetensors"
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
