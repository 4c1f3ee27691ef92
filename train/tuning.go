package train

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/curate/curate/internal/vit"
)

// The modes of training, as results name them.
const (
	ModeProbe = "probe" // a classifier on what the encoder says
	ModeLoRA  = "lora"  // adapters and a classifier
	ModeFull  = "full"  // all weights, from a new classifier
	ModeLPFT  = "lp-ft" // all weights, from the classifier of a probe (Kumar et al., 2022)
)

// Tuning are the settings that a plain run does without: their zero values leave
// everything as it is.
type Tuning struct {
	Freeze       int       // the embeddings and the first so many blocks keep their weights; 0: none does
	LoRA         LoRA      // adapters move instead of the model's own weights
	Decay        float64   // AdamW's weight decay
	LayerDecay   float64   // each layer below the head has this part of the rate of the one above it
	Smoothing    float64   // share of a label that is spread over all classes
	ClassWeights []float64 // how much a picture of each class counts
	Mixup        float64   // parameter of the Beta distribution of shares
	CutMix       float64   // the same for boxes
	EMA          float64   // decay of the running mean of the weights, which is then what is judged and kept
	Metric       string    // the best weights are chosen by it: see Metrics; "" is the loss
	Patience     int       // epochs without a better figure after which a run ends; 0: it goes on
}

// mode is the job's mode.
func (j *Job) mode() string {
	switch {
	case j.Mode != "":
		return j.Mode
	case j.LoRA.Rank > 0:
		return ModeLoRA
	}
	return ModeFull
}

// checkTuning returns an error where settings are out of range or cannot be
// together.
func (j *Job) checkTuning() error {
	t := &j.Tuning
	if err := t.Check(); err != nil {
		return err
	}
	switch {
	case t.ClassWeights != nil && len(t.ClassWeights) != len(j.Classes):
		return fmt.Errorf("%d class weights for %d classes", len(t.ClassWeights), len(j.Classes))
	case t.Patience > 0 && len(j.Val) == 0:
		return errors.New("early stopping needs a validation split to look at, and there is none: make one (`curate split --val 0.1`) or leave --early-stop out")
	case t.metric() == "auc" && len(j.Val) > 0 && oneClass(j.Val):
		return errors.New("all validation pictures are of one class, so there is no AUC to choose by: take --metric loss, or make another split")
	}
	return nil
}

// Check returns an error where a setting is out of range, whatever the model.
func (t *Tuning) Check() error {
	part := func(v float64) bool { return v >= 0 && v < 1 }
	size := func(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
	switch {
	case t.Freeze < 0:
		return fmt.Errorf("--freeze %d: take 0 or more blocks, or all", t.Freeze)
	case !size(t.Decay):
		return fmt.Errorf("--weight-decay %g: take 0 or more; 0.01 to 0.1 is usual", t.Decay)
	case !(t.LayerDecay >= 0 && t.LayerDecay <= 1):
		return fmt.Errorf("--layer-decay %g: take a part of 1; 0.65 to 0.9 is usual, 1 is none", t.LayerDecay)
	case !part(t.Smoothing):
		return fmt.Errorf("--label-smoothing %g: take 0 to below 1; 0.1 is usual", t.Smoothing)
	case !part(t.EMA):
		return fmt.Errorf("--ema %g: take 0 (none) to below 1; 0.99 to 0.9999 is usual", t.EMA)
	case !size(t.Mixup) || !size(t.CutMix):
		return fmt.Errorf("--mixup %g, --cutmix %g: take 0 (none) or more; 0.1 to 1 is usual", t.Mixup, t.CutMix)
	case t.Patience < 0:
		return fmt.Errorf("--early-stop %d: take 0 (never) or more epochs", t.Patience)
	case !slices.Contains(Metrics(), t.metric()):
		return fmt.Errorf("--metric %s: take one of %s", t.Metric, strings.Join(Metrics(), ", "))
	}
	return nil
}

// Fits returns an error where a model is too small for the settings.
func (t *Tuning) Fits(c vit.Config) error {
	if err := t.LoRA.check(c); err != nil {
		return err
	}
	switch {
	case t.Freeze > c.Layers:
		return fmt.Errorf("--freeze %d: the model has %d blocks", t.Freeze, c.Layers)
	case t.LoRA.Rank > 0 && t.Freeze == c.Layers:
		return errors.New("lora has nothing to adapt where all blocks are frozen: freeze fewer, or take --mode probe, which trains the classifier alone")
	}
	return nil
}

func oneClass(examples []Example) bool {
	return !slices.ContainsFunc(examples, func(e Example) bool { return e.Label != examples[0].Label })
}
