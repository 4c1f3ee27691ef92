package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/checkpoint"
	"github.com/curate/curate/train/track"
)

const (
	stateFile    = "curate_state.json"
	momentsFile  = "optimizer.safetensors"
	stateVersion = 1
	// saveEvery bounds what a kill can cost; an epoch's end always saves.
	saveEvery = 3 * time.Minute
)

// state is what a run must remember beside weights and moments. The order of the
// pictures is not in it: it follows from seed and step.
type state struct {
	Version   int
	Settings  string // of the job: see Job.Settings
	Micro     int    // sums depend on it in their last digits
	Step      int
	LossSum   float64 // of the epoch so far, by pictures
	LossCount int
	Rows      []Row
	BestRow   int
	Points    []track.Point
	Seconds   float64 // of training so far
}

// save writes checkpoint-STEP, whole or not at all, and then removes the ones that
// are neither the newest nor the best.
func (r *run) save() error {
	s := r.state
	s.Micro = r.micro
	s.Seconds += time.Since(r.began).Seconds()
	f, err := atomicfile.NewFolder(r.checkpoint(s.Step))
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := r.write(f.Dir, s); err != nil {
		return fmt.Errorf("save %s: %w", r.checkpoint(s.Step), err)
	}
	if err := f.Commit(); err != nil {
		return err
	}
	r.saved = time.Now()
	keep := []int{s.Step}
	if s.BestRow >= 0 {
		keep = append(keep, s.Rows[s.BestRow].Step)
	}
	return checkpoint.Remove(r.Dir, keep...)
}

func (r *run) checkpoint(step int) string {
	return checkpoint.Path(r.Dir, step)
}

// write fills the folder of a checkpoint.
func (r *run) write(dir string, s state) error {
	if err := r.machine.arena.Model(r.base, r.machine.weights).SaveFolder(dir, r.Classes); err != nil {
		return err
	}
	n := len(r.moments.first)
	f, err := os.Create(filepath.Join(dir, momentsFile))
	if err != nil {
		return err
	}
	err = safetensors.Write(f, []safetensors.Tensor{
		{Name: "exp_avg", Type: safetensors.F32, Shape: []int{n}, Floats: r.moments.first},
		{Name: "exp_avg_sq", Type: safetensors.F32, Shape: []int{n}, Floats: r.moments.second},
	})
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, stateFile), text, 0o644); err != nil {
		return err
	}
	return track.WriteState(dir, track.State{
		Epoch: r.plan.epoch(s.Step), Step: s.Step, MaxSteps: r.plan.total(), Epochs: r.Epochs, MicroBatch: r.micro, Points: s.Points,
	})
}

// resume goes on from the newest checkpoint of the same run, where there is one.
// That of another run is an error: saving would remove it.
func (r *run) resume() error {
	// What a killed process was writing is of no use, and nobody else writes here.
	if err := atomicfile.CleanTemp(r.Dir, 0); err != nil {
		return err
	}
	s, err := newest(r.Dir)
	if err != nil || s == nil {
		return errors.Join(err, r.replay())
	}
	if s.Settings != r.state.Settings {
		return fmt.Errorf("%s holds the checkpoint of another run, after step %d: train into another folder, or remove it to give that run up", r.Dir, s.Step)
	}
	if err := r.loadWeights(s.Step); err != nil {
		return err
	}
	f, err := safetensors.Open(filepath.Join(r.checkpoint(s.Step), momentsFile))
	if err != nil {
		return err
	}
	defer f.Close()
	for name, to := range map[string][]float32{"exp_avg": r.moments.first, "exp_avg_sq": r.moments.second} {
		v, err := f.Float32(name)
		if err != nil {
			return fmt.Errorf("%s: %w", r.checkpoint(s.Step), err)
		}
		if len(v) != len(to) {
			return fmt.Errorf("%s: %s has %d elements, not %d; remove the folder to start anew", r.checkpoint(s.Step), name, len(v), len(to))
		}
		copy(to, v)
	}
	r.state, r.micro = *s, s.Micro
	return r.replay()
}

// loadWeights takes the trained weights from a checkpoint.
func (r *run) loadWeights(step int) error {
	m, err := vit.Load(r.checkpoint(step))
	if err != nil {
		return err
	}
	if err := r.machine.arena.Fill(r.machine.weights, m); err != nil {
		return fmt.Errorf("%s: %w", r.checkpoint(step), err)
	}
	return nil
}

// replay gives the tracker what happened before.
func (r *run) replay() error {
	if r.Track == nil {
		return nil
	}
	for _, p := range r.state.Points {
		if err := r.Track.Log(p); err != nil {
			return err
		}
	}
	return nil
}
