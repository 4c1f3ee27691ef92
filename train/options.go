package train

import (
	"context"
	"errors"
	"fmt"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/track"
)

// Example is a picture to learn from or to be judged on.
type Example struct {
	ID    string // names the picture for Job.Open
	Label int    // number of its class
	Turn  int    // how often an epoch took it before: see Even
}

// Options are the settings that a result depends on.
type Options struct {
	Epochs int
	LR     float64 // learning rate at its highest
	Batch  int     // pictures of one step
	Warmup float64 // part of all steps over which the rate rises from 0
	Seed   uint64
	Adam   Adam
	Clip   float64 // gradients longer than this are shortened to it; 0 leaves them
	Tuning

	// Augment says how Job.Learn changes pictures, in words of its own.
	Augment string
	// Balance has every epoch take as many pictures of one class as of another.
	Balance bool

	// Micro is the number of pictures that are in memory at once; 0 chooses it by
	// Memory, bytes, where 0 stands for 4 GiB.
	Micro  int
	Memory int64
}

// Recipe returns the settings of the mission's model cards: Trainer's defaults
// with a batch of 128, a rate of 5e-5 and a tenth of the steps to warm up.
func Recipe() Options {
	return Options{Epochs: 10, LR: 5e-5, Batch: 128, Warmup: .1, Seed: 42, Adam: Adam{.9, .999, 1e-8}, Clip: 1}
}

// Job is a training run to be done.
type Job struct {
	Options
	Mode     string     // what the result says of itself; "" for what the settings make of it
	Model    *vit.Model // where training starts; it is not changed
	ModelKey string     // says what Model is, for Settings
	Side     int        // pixels of the square pictures
	Classes  []string   // names, by number
	Positive int        // the class that precision and recall speak of
	Train    []Example
	Val      []Example // judged after every epoch; none leaves that out

	// Open writes the picture of that name to dst as [3, Side, Side] float32, ready
	// for the model. It is called from several goroutines at once.
	Open func(ctx context.Context, id string, dst []float32) error

	// Learn does the same for a picture that is learnt from, changed as suits the
	// epoch, counted from 0, and the turn; nil leaves pictures as Open has them. It
	// must depend on nothing else, so that a run can go on from any step.
	Learn func(ctx context.Context, e Example, epoch int, dst []float32) error

	Runtime *ort.Runtime
	Device  ort.Device
	Threads int    // 0: as the runtime chooses
	Dir     string // checkpoints are kept here; it must exist
	Track   track.Tracker
	Watch   Watch
}

// Watch is told how a run goes. Any of it may be nil.
type Watch struct {
	Notice func(string)
	Begin  func(done, total int) // pictures
	Step   func(pictures int)
	Epoch  func(Row)
}

// check returns an error where a job cannot be done.
func (j *Job) check() error {
	switch {
	case len(j.Classes) < 2:
		return fmt.Errorf("train: %d classes; at least two are needed", len(j.Classes))
	case j.Positive < 0 || j.Positive >= len(j.Classes):
		return fmt.Errorf("train: no class %d", j.Positive)
	case len(j.Train) == 0:
		return errors.New("train: no pictures to learn from")
	case j.Epochs < 1 || j.Batch < 1 || !(j.LR > 0):
		return fmt.Errorf("train: %d epochs, batch %d, learning rate %g: all must be above 0", j.Epochs, j.Batch, j.LR)
	case j.Warmup < 0 || j.Warmup > 1:
		return fmt.Errorf("train: a warm-up over %g of the steps", j.Warmup)
	}
	if err := j.checkTuning(); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	for _, set := range [][]Example{j.Train, j.Val} {
		for _, e := range set {
			if e.Label < 0 || e.Label >= len(j.Classes) {
				return fmt.Errorf("train: %s has class %d of %d", e.ID, e.Label, len(j.Classes))
			}
		}
	}
	return nil
}
