package stage

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/augment"
)

// BalanceClasses is the value of TrainOptions.ClassWeights that lets classes count the
// same.
const BalanceClasses = "balanced"

// setMode makes it the mode of the run, with the settings that the mode has where
// none were asked for. What cannot go together is an error.
func (t *training) setMode(mode string) error {
	t.result.Mode = mode
	o := t.options.Settings.WithDefaults(mode, len(t.data.rows[catalog.Train]))
	if t.options.Recipe == RecipeSeed {
		o = asRecipe(t.options.Settings)
	}
	if t.options.ClassWeights == BalanceClasses {
		o.ClassWeights = train.BalancedWeights(t.data.examples(catalog.Train), len(t.data.classes))
	}
	if t.options.FreezeAll {
		o.Freeze = t.layout.Layers
	}
	var err error
	t.pipeline, err = augment.Parse(t.options.augmentOf(mode))
	o.Augment, o.Balance = t.pipeline.String(), o.Balance && mode != ModeProbe
	t.settings = o
	return errors.Join(err, t.checkSettings())
}

// asRecipe fills in what is zero with the recipe's.
func asRecipe(o train.Options) train.Options {
	r := train.Recipe()
	if o.Epochs == 0 {
		o.Epochs = r.Epochs
	}
	if o.LR == 0 {
		o.LR = r.LR
	}
	if o.Batch == 0 {
		o.Batch = r.Batch
	}
	return o
}

// checkSettings is an error where the run's settings are not for its mode.
func (t *training) checkSettings() error {
	o, s := t.options.Settings, t.settings
	if err := o.Check(); err != nil {
		return err
	}
	switch {
	case t.result.Mode == ModeProbe && !reflect.DeepEqual(o.Tuning, train.Tuning{Metric: o.Metric}):
		return errors.New("a probe trains the classifier alone: of the settings for fine-tuning it takes --class-weights and --metric only; leave the others out, or take --mode full, lp-ft or lora")
	case t.result.Mode == ModeProbe && t.options.FreezeAll:
		return errors.New("--freeze all leaves only the classifier and the final norm to train; a probe has no use for it: leave it out")
	case t.options.Recipe == RecipeSeed && !reflect.DeepEqual(s.Tuning, train.Tuning{}):
		return errors.New("the seed recipe is plain fine-tuning: leave --freeze, --weight-decay, --class-weights, --early-stop and the like out, or --recipe")
	case t.result.Mode != ModeLoRA && !reflect.DeepEqual(o.LoRA, train.LoRA{}):
		return fmt.Errorf("--lora-rank, --lora-alpha and --lora-targets are for --mode lora, not for %s", t.result.Mode)
	case s.Patience > 0 && len(t.data.rows) > 0 && len(t.data.rows[t.judged]) == 0:
		return errors.New("early stopping needs a validation split to look at, and there is none: make one (`curate split --val 0.1`) or leave --early-stop out")
	case t.result.Mode == ModeProbe:
		return nil
	}
	return s.Fits(t.layout)
}

// recipe lists the settings as Trainer cards do.
func (t *training) recipe(r *train.Result) []train.Fact {
	o := t.settings
	if r.Mode == ModeProbe {
		return append([]train.Fact{
			{Name: "mode", Value: "probe: multinomial logistic regression on the encoder's head vector, L-BFGS"},
			{Name: "penalty", Value: fmt.Sprintf("%g (half the squared weights of standardised features)", r.Penalty)},
			{Name: "iterations", Value: fmt.Sprint(r.Steps)},
		}, tuned(train.Tuning{ClassWeights: o.ClassWeights, Metric: o.Metric})...)
	}
	name := "Adam"
	if o.Decay > 0 {
		name = "AdamW"
	}
	facts := []train.Fact{
		{Name: "mode", Value: r.Mode},
		{Name: "learning_rate", Value: fmt.Sprint(o.LR)},
		{Name: "train_batch_size", Value: fmt.Sprintf("%d (as micro-batches of %d)", o.Batch, r.Micro)},
		{Name: "seed", Value: fmt.Sprint(o.Seed)},
		{Name: "optimizer", Value: fmt.Sprintf("%s with betas=(%g,%g) and epsilon=%g", name, o.Adam.Beta1, o.Adam.Beta2, o.Adam.Eps)},
		{Name: "max_grad_norm", Value: fmt.Sprint(o.Clip)},
		{Name: "lr_scheduler_type", Value: "linear"},
		{Name: "lr_scheduler_warmup_ratio", Value: fmt.Sprint(o.Warmup)},
		{Name: "num_epochs", Value: fmt.Sprint(o.Epochs)},
		{Name: "augment", Value: o.Augment},
	}
	if o.Balance {
		facts = append(facts, train.Fact{Name: "balance", Value: "every epoch takes as many pictures of one label as of another"})
	}
	if t.departs != nil {
		facts = append(facts, train.Fact{Name: "recipe", Value: "seed, but for " + strings.Join(t.departs, ", ")})
	} else if t.options.Recipe == RecipeSeed {
		facts = append(facts, train.Fact{Name: "recipe", Value: RecipeSeed})
	}
	return append(facts, tuned(o.Tuning)...)
}

// tuned lists the settings that are on.
func tuned(o train.Tuning) []train.Fact {
	var out []train.Fact
	add := func(on bool, name, format string, args ...any) {
		if on {
			out = append(out, train.Fact{Name: name, Value: fmt.Sprintf(format, args...)})
		}
	}
	add(o.LoRA.Rank > 0, "lora", "rank %d, alpha %g, on %s", o.LoRA.Rank, o.LoRA.Alpha, strings.Join(o.LoRA.Targets, ", "))
	add(o.Freeze > 0, "frozen", "embeddings and the first %d blocks", o.Freeze)
	add(o.Decay > 0, "weight_decay", "%g (not for biases, norms, tokens, positions)", o.Decay)
	add(o.LayerDecay > 0 && o.LayerDecay < 1, "layer_decay", "%g", o.LayerDecay)
	add(o.Smoothing > 0, "label_smoothing", "%g", o.Smoothing)
	add(o.ClassWeights != nil, "class_weights", "%.4g", o.ClassWeights)
	add(o.Mixup > 0, "mixup", "%g", o.Mixup)
	add(o.CutMix > 0, "cutmix", "%g", o.CutMix)
	add(o.EMA > 0, "ema", "%g: what was judged and is kept is the running mean of the weights", o.EMA)
	add(o.Metric != "", "chosen_by", "%s", o.Metric)
	add(o.Patience > 0, "early_stop", "after %d epochs without a better figure", o.Patience)
	return out
}

// SeedModel is the model of the seed recipe.
const SeedModel = "google/vit-base-patch16-224"

// noteRecipe says where a run by the recipe is not what the recipe says.
func (t *training) noteRecipe() {
	if t.options.Recipe != RecipeSeed {
		return
	}
	s, r := t.settings, train.Recipe()
	var other []string
	for _, d := range []struct {
		name      string
		got, want any
	}{
		{"model", t.options.Model, SeedModel}, {"epochs", s.Epochs, r.Epochs}, {"lr", s.LR, r.LR}, {"batch", s.Batch, r.Batch},
		{"warmup-ratio", s.Warmup, r.Warmup}, {"seed", s.Seed, r.Seed}, {"augment", s.Augment, "none"},
	} {
		if d.got != d.want {
			other = append(other, fmt.Sprintf("--%s %v instead of %v", d.name, d.got, d.want))
		}
	}
	if s.Balance {
		other = append(other, "--balance sample")
	}
	if len(other) > 0 {
		t.env.Notice("not the seed recipe to the letter: %s", strings.Join(other, ", "))
		t.departs = other
	}
}
