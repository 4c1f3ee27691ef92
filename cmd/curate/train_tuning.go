package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train"
)

// tuningFlags are the flags of fine-tuning that are no plain numbers.
type tuningFlags struct {
	freeze, classWeights string
}

// add adds the flags of fine-tuning.
func (t *tuningFlags) add(f *pflag.FlagSet, s *train.Options) {
	f.StringVar(&t.freeze, "freeze", "0", "keep the embeddings and the first `N` blocks as they are, or all blocks; they cost no backward pass")
	f.IntVar(&s.LoRA.Rank, "lora-rank", 0, "rank of the learnt matrices (lora; default 8)")
	f.Float64Var(&s.LoRA.Alpha, "lora-alpha", 0, "their products count alpha/rank (lora; default twice the rank)")
	f.StringSliceVar(&s.LoRA.Targets, "lora-targets", nil, "layers that have them: "+strings.Join(train.LoRATargets(), ", ")+" or all (lora; default query,value)")
	f.Float64Var(&s.Decay, "weight-decay", 0, "weight decay of AdamW, as 0.05; not for biases, norms, tokens and positions (default 0: Adam)")
	f.Float64Var(&s.LayerDecay, "layer-decay", 0, "each layer below the head has this part of the rate of the one above it, as 0.75 (default none)")
	f.Float64Var(&s.Smoothing, "label-smoothing", 0, "share of a label that is spread over all classes, as 0.1")
	f.StringVar(&t.classWeights, "class-weights", "none", "balanced: every class counts the same in the loss, however many pictures it has; none: every picture does")
	f.Float64Var(&s.Mixup, "mixup", 0, "blend pictures in pairs, with shares from Beta(A, A), as 0.2")
	f.Float64Var(&s.CutMix, "cutmix", 0, "put boxes of other pictures in, with shares from Beta(A, A), as 1; with --mixup, one or the other by chance")
	f.Float64Var(&s.EMA, "ema", 0, "judge and keep the running mean of the weights with this decay, as 0.999")
	f.IntVar(&s.Patience, "early-stop", 0, "end after `N` epochs without a better figure on val (default: never)")
	f.StringVar(&s.Metric, "metric", "", "figure on val that the kept weights are chosen by: "+strings.Join(train.Metrics(), ", ")+" (default loss)")
}

// apply checks the flags and fills in the options that they stand for.
func (t *tuningFlags) apply(o *stage.TrainOptions) error {
	switch n, err := strconv.Atoi(t.freeze); {
	case t.freeze == "all":
		o.FreezeAll = true
	case err != nil || n < 0:
		return fmt.Errorf("--freeze %s: take a number of blocks, or all", t.freeze)
	default:
		o.Settings.Freeze = n
	}
	switch t.classWeights {
	case "none":
	case stage.BalanceClasses:
		o.ClassWeights = stage.BalanceClasses
	default:
		return fmt.Errorf("--class-weights %s: take %s or none", t.classWeights, stage.BalanceClasses)
	}
	if o.Mode == stage.ModeLoRA && o.FreezeAll {
		return fmt.Errorf("--mode lora has nothing to adapt with --freeze all: freeze fewer blocks, or take --mode probe")
	}
	return o.Settings.Check()
}
