package train

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/curate/curate/internal/safetensors"
)

// plainly tells whether the trained weights are those of the model in a checkpoint:
// they are neither adapters nor another model's running mean.
func (r *run) plainly() bool { return r.adapters == nil && r.average == nil }

// vectors are what a checkpoint holds beside its model, by the names in its file.
func (r *run) vectors() map[string][]float32 {
	out := map[string][]float32{"exp_avg": r.moments.first, "exp_avg_sq": r.moments.second}
	if !r.plainly() {
		out["weights"] = r.machine.weights
	}
	if r.average != nil {
		out["average"] = r.average.values
	}
	return out
}

func (r *run) writeVectors(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	all := r.vectors()
	var out []safetensors.Tensor
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, safetensors.Tensor{Name: name, Type: safetensors.F32, Shape: []int{len(all[name])}, Floats: all[name]})
	}
	return errors.Join(safetensors.Write(f, out), f.Close())
}

// readVectors fills vectors from the checkpoint of a step.
func (r *run) readVectors(step int, to map[string][]float32) error {
	f, err := safetensors.Open(filepath.Join(r.checkpoint(step), momentsFile))
	if err != nil {
		return err
	}
	defer f.Close()
	for name, dst := range to {
		v, err := f.Float32(name)
		if err != nil {
			return fmt.Errorf("%s: %w", r.checkpoint(step), err)
		}
		if len(v) != len(dst) {
			return fmt.Errorf("%s: %s has %d elements, not %d; remove the folder to start anew", r.checkpoint(step), name, len(v), len(dst))
		}
		copy(dst, v)
	}
	return nil
}
