package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/curate/curate/internal/atomicfile"
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
	r.average.swap(r.machine.weights, r.Threads)
	err := r.model().SaveFolder(dir, r.Classes)
	r.average.swap(r.machine.weights, r.Threads)
	if err != nil {
		return err
	}
	if err := r.writeVectors(filepath.Join(dir, momentsFile)); err != nil {
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
	if r.plainly() {
		if err := r.loadWeights(s.Step); err != nil {
			return err
		}
	}
	if err := r.readVectors(s.Step, r.vectors()); err != nil {
		return err
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

// loadBest takes the weights that were judged at a checkpoint.
func (r *run) loadBest(step int) error {
	switch {
	case r.plainly():
		return r.loadWeights(step)
	case r.average != nil:
		return r.readVectors(step, map[string][]float32{"average": r.machine.weights})
	}
	return r.readVectors(step, map[string][]float32{"weights": r.machine.weights})
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
