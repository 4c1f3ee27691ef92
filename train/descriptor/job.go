package descriptor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/vit"
)

// Options are the settings that a result depends on.
type Options struct {
	Layers    int     // blocks that are kept
	Frozen    int     // the lowest of them, which stay as they are
	Dim       int     // values of a descriptor
	Steps     int     // of the whole run
	Batch     int     // pictures of a step, each in two versions
	LR        float64 // highest learning rate of the blocks
	HeadLR    float64 // and of the projection
	Decay     float64 // weight decay of AdamW
	Warmup    int     // steps over which the rates rise
	Floor     float64 // what the cosine schedule ends at, as a part of the highest rate
	Heat      float64 // temperature of InfoNCE
	KoLeo     float64 // weight of the entropy regulariser
	Memory    int     // descriptors of earlier steps that are negatives too
	Teach     float64 // weight of the distillation: see Picture.Teacher
	Held      float64 // part of the pictures that is held out
	Every     int     // steps between two measurements
	Seed      uint64
	HeldEdits []string // kinds of edits that training never makes
}

// Recipe returns the settings of the encoder that curate ships.
func Recipe() Options {
	return Options{
		Layers: 8, Frozen: 4, Dim: 256, Steps: 1100, Batch: 48, LR: 6e-5, HeadLR: 3e-4, Decay: .01, Warmup: 20, Floor: .05,
		Heat: .07, KoLeo: .3, Held: .2, Every: 50, Seed: 7,
		HeldEdits: []string{"perspective", "screenshot", "unsharp", "webp"},
	}
}

// Picture is one to learn from or to be judged on.
type Picture struct {
	ID     string // its content hash, in hex
	Pixels *raster.Picture

	// Teacher is the picture's descriptor by a better encoder, of length 1. With
	// Options.Teach, versions of two pictures are drawn towards the teacher's cosine
	// of the pictures, and versions of one towards 1.
	Teacher []float32
}

// Job is a run to be done.
type Job struct {
	Options
	Model      *vit.Model // where training starts; it is not changed
	ModelKey   string     // says what Model is
	Preprocess preprocess.Config
	Start      *Projection // where the projection starts; nil: learnt by Whiten
	Pictures   []Picture   // all different: none a copy of another

	// Whiten learns a projection from vectors of pictures and their edits: rows
	// with one number in picture show one picture. matrix is [dim, values of a
	// row], the projection of x is matrix (x - mean). It may return fewer rows.
	Whiten func(rows [][]float32, picture []int, dim int) (matrix, mean []float32, err error)

	Runtime *ort.Runtime
	Device  ort.Device
	Threads int    // 0: as the runtime chooses
	Dir     string // checkpoints and log are kept here; it must exist
	Watch   Watch
}

// Projection maps what the blocks say of a picture, x, to weight x + bias.
type Projection struct {
	Weight, Bias []float32 // [Dim, Hidden] and [Dim]
}

// Watch is told how a run goes. Any of it may be nil.
type Watch struct {
	Notice  func(string)
	Begin   func(done, total int) // steps
	Step    func()
	Measure func(Point)
}

// fewestPictures is the least that training can be begun with: with fewer, the
// held-out ones say nothing.
const fewestPictures = 60

// ErrFewPictures is what a job with too few pictures ends with.
var ErrFewPictures = errors.New("train a descriptor: too few pictures")

func (j *Job) check() error {
	side, high := j.Preprocess.Size()
	switch {
	case len(j.Pictures) < fewestPictures:
		return fmt.Errorf("%w: there are %d different ones, at least %d are needed", ErrFewPictures, len(j.Pictures), fewestPictures)
	case j.Layers < 1 || j.Layers > j.Model.Config.Layers:
		return fmt.Errorf("train a descriptor: %d layers of a model of %d", j.Layers, j.Model.Config.Layers)
	case j.Frozen < 0 || j.Frozen >= j.Layers:
		return fmt.Errorf("train a descriptor: %d frozen layers of %d leave nothing to train", j.Frozen, j.Layers)
	case side != high || side < j.Model.Config.Patch:
		return fmt.Errorf("train a descriptor: pictures of %d x %d pixels; square ones of at least %d are needed", side, high, j.Model.Config.Patch)
	case j.Dim < 2 || j.Dim > j.Model.Config.Hidden:
		return fmt.Errorf("train a descriptor: %d values of %d", j.Dim, j.Model.Config.Hidden)
	case j.Start != nil && (len(j.Start.Bias) != j.Dim || len(j.Start.Weight) != j.Dim*j.Model.Config.Hidden):
		return fmt.Errorf("train a descriptor: the projection to start with gives %d values of %d, not %d of %d",
			len(j.Start.Bias), len(j.Start.Weight)/max(1, len(j.Start.Bias)), j.Dim, j.Model.Config.Hidden)
	case j.Memory < 0:
		return fmt.Errorf("train a descriptor: a memory of %d descriptors", j.Memory)
	case j.Steps < 1 || j.Batch < 2 || j.Every < 1:
		return fmt.Errorf("train a descriptor: %d steps of %d pictures, measured every %d: at least 1, 2 and 1 are needed", j.Steps, j.Batch, j.Every)
	case !(j.LR > 0) || !(j.HeadLR > 0) || !(j.Heat > 0) || !(j.Held > 0 && j.Held < 1):
		return fmt.Errorf("train a descriptor: rates %g and %g, temperature %g, %g of the pictures held out", j.LR, j.HeadLR, j.Heat, j.Held)
	}
	for _, p := range j.Pictures {
		if j.Teach > 0 && len(p.Teacher) == 0 {
			return fmt.Errorf("train a descriptor: picture %s has no descriptor by the teacher", p.ID)
		}
	}
	return nil
}

// Settings returns a hash of everything that decides the weights that a job ends
// with, but for the machine: two jobs with the same settings are the same run.
func (j *Job) Settings() string {
	h := sha256.New()
	ids := make([]string, len(j.Pictures))
	for i, p := range j.Pictures {
		ids[i] = p.ID
	}
	for _, v := range []any{j.Options, j.ModelKey, j.Preprocess, ids} {
		fmt.Fprintf(h, "%#v\n", v)
	}
	if j.Start != nil {
		fmt.Fprintf(h, "%#v\n", *j.Start)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// stop returns the error of a context that ended, else err.
func stop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
