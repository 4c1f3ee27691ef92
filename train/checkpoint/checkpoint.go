// Package checkpoint names and finds the folders that a training run leaves to go
// on from: checkpoint-STEP beside each other in the run's folder. What is in them is
// the run's own.
package checkpoint

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Prefix is how the names of checkpoints begin.
const Prefix = "checkpoint-"

// Path is where the checkpoint of a step lies in the run's folder dir.
func Path(dir string, step int) string { return filepath.Join(dir, Prefix+strconv.Itoa(step)) }

// Newest returns the last step that dir has a checkpoint of; ok is false where it
// has none or is not there.
func Newest(dir string) (step int, ok bool, err error) {
	steps, err := Steps(dir)
	if err != nil || len(steps) == 0 {
		return 0, false, err
	}
	return slices.Max(steps), true, nil
}

// Remove removes the checkpoints in dir but those of the steps in keep.
func Remove(dir string, keep ...int) error {
	steps, err := Steps(dir)
	for _, s := range steps {
		if !slices.Contains(keep, s) {
			err = errors.Join(err, os.RemoveAll(Path(dir, s)))
		}
	}
	return err
}

// Steps lists the steps that dir has a checkpoint of.
func Steps(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var out []int
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), Prefix)
		if step, err := strconv.Atoi(number); ok && err == nil && e.IsDir() {
			out = append(out, step)
		}
	}
	return out, nil
}
