package descriptor

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/train/checkpoint"
)

const (
	stateFile    = "state.json"
	tensorsFile  = "state.safetensors"
	stateVersion = 1
	// saveEvery bounds what a kill can cost.
	saveEvery = 2 * time.Minute
)

// state is what a run must remember beside its tensors. Order and edits of the
// pictures, and whose the descriptors in the memory are, are not in it: they follow
// from seed and step.
type state struct {
	Version  int
	Settings string
	Options  Options // of the job
	Step     int
	Sum      loss // since the last point
	Points   []Point
	Best     int     // index in Points
	Seconds  float64 // of training so far
}

// save writes checkpoint-STEP, whole or not at all, and removes the others.
func (r *run) save() error {
	s := r.state
	s.Seconds = r.seconds()
	path := checkpoint.Path(r.Dir, s.Step)
	if err := os.RemoveAll(path); err != nil { // of this step: a run that was stopped at once
		return err
	}
	f, err := atomicfile.NewFolder(path)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := r.write(f.Dir, s); err != nil {
		return fmt.Errorf("save %s: %w", path, err)
	}
	if err := f.Commit(); err != nil {
		return err
	}
	r.saved = time.Now()
	return checkpoint.Remove(r.Dir, s.Step)
}

func (r *run) write(dir string, s state) error {
	f, err := os.Create(filepath.Join(dir, tensorsFile))
	if err != nil {
		return err
	}
	var tensors []safetensors.Tensor
	for name, v := range r.tensors() {
		tensors = append(tensors, safetensors.Tensor{Name: name, Type: safetensors.F32, Shape: []int{len(v)}, Floats: v})
	}
	err = errors.Join(safetensors.Write(f, tensors), f.Close())
	if err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, stateFile), text, 0o644)
}

// tensors are what a checkpoint holds, each as long as it will be.
func (r *run) tensors() map[string][]float32 {
	t := map[string][]float32{"weights": r.machine.weights, "exp_avg": r.first, "exp_avg_sq": r.second, "best": r.best}
	if r.memory != nil {
		t["memory"] = r.memory.rows
	}
	return t
}

// resume goes on from the newest checkpoint, where there is one. That of another
// run is an error: saving would remove it.
func (r *run) resume() (bool, error) {
	if err := atomicfile.CleanTemp(r.Dir, 0); err != nil {
		return false, err
	}
	s, dir, err := newest(r.Dir)
	if err != nil || s == nil {
		return false, err
	}
	if s.Settings != r.state.Settings {
		return false, fmt.Errorf("%s holds the checkpoint of another run (other pictures, model or settings), after step %d: train into another folder, or remove it to give that run up", r.Dir, s.Step)
	}
	f, err := safetensors.Open(filepath.Join(dir, tensorsFile))
	if err != nil {
		return false, err
	}
	defer f.Close()
	for name, to := range r.tensors() {
		v, err := f.Float32(name)
		if err != nil || len(v) != len(to) {
			return false, fmt.Errorf("%s: %s has %d elements, not %d; remove the folder to start anew: %w", dir, name, len(v), len(to), errors.Join(err, errBroken))
		}
		copy(to, v)
	}
	r.state = *s
	return true, writeLog(r.Dir, s.Points)
}

var errBroken = errors.New("the checkpoint cannot be used")

// Pending is an unfinished run.
type Pending struct {
	Settings string  // of its job
	Options  Options // of its job
	Step     int     // steps that are done
}

// Unfinished returns the run whose checkpoint lies in dir, nil where there is none,
// and clears away what a killed process was writing.
func Unfinished(dir string) (*Pending, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err := atomicfile.CleanTemp(dir, 0); err != nil {
		return nil, err
	}
	s, _, err := newest(dir)
	if err != nil || s == nil {
		return nil, err
	}
	return &Pending{s.Settings, s.Options, s.Step}, nil
}

// RemoveCheckpoints removes the checkpoints of a run that is done.
func RemoveCheckpoints(dir string) error {
	return errors.Join(atomicfile.CleanTemp(dir, 0), checkpoint.Remove(dir))
}

// newest reads the state of the newest checkpoint in dir, nil if there is none.
func newest(dir string) (*state, string, error) {
	step, ok, err := checkpoint.Newest(dir)
	if err != nil || !ok {
		return nil, "", err
	}
	path := checkpoint.Path(dir, step)
	text, err := os.ReadFile(filepath.Join(path, stateFile))
	if err != nil {
		return nil, "", err
	}
	s := &state{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	if s.Version != stateVersion {
		return nil, "", fmt.Errorf("%s was written by another version of curate; remove the folder to start anew", path)
	}
	return s, path, nil
}
