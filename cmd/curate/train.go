package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/augment"
)

type trainOptions struct {
	stage.TrainOptions
	memory     string
	balance    string
	objective  string
	descriptor descriptorFlags
	tuning     tuningFlags
}

// trainHelp and trainExample are what `curate train --help` says.
const (
	trainHelp = `Train fits a Vision Transformer to the kept images of the train split, judges it on
val, and leaves a model folder that Transformers opens, with model.onnx, a card, the
curve and a report. Without a split it makes one and says so.

Modes, weakest first: probe fits a classifier on what the encoder says of each picture,
which takes seconds once the encoder has seen them; lora learns small matrices beside
those of the encoder, and merges them; full trains all weights; lp-ft does too, but
starts from the classifier of a probe. Without --mode, train measures a step of them,
says what each mode would take, and uses the strongest within --budget. The weights of
the epoch with the best figure on val are kept (--metric), not the last ones.

A run that was killed or stopped goes on from its last checkpoint when the same command
is given again, and ends with the weights that it would have had. --recipe seed is the recipe of the first model cards: ViT-B/16,
80/20 without val, figures after every epoch on test, and labelled so.

--augment shows the model another version of each picture in each epoch, and leaves
augment.png, which shows some; forensic keeps the finest detail, which tells generated
pictures. --track mlflow,wandb sends the curve to a server, which can neither stop nor
slow the training; curate track sends later what it missed.

--objective descriptor trains the first layers of an encoder to recognise copies, on
edits that it makes of the kept images; labels and splits play no part. It holds a
fifth of the images and four kinds of edits out, logs to log.jsonl how well it does on
them, and leaves the best encoder in --out. Its recipe has a batch of 48, a rate of 6e-5
and seed 7; --batch, --lr, --seed, --steps, --layers and --frozen change it, and with
--budget it takes as many of the steps as fit. --model may be an encoder that such a
run has left: training goes on from its layers and its projection. --negatives also
tells pictures from descriptors of earlier steps, and --drawn adds pictures that are
drawn by the program.`

	trainExample = `  curate train
  curate train --mode full --epochs 3 --out models/first
  curate train --mode full --model google/vit-base-patch16-224 --memory 8G
  curate train --mode lp-ft --freeze 6 --early-stop 3 --metric f1
  curate train --mode lora --lora-rank 16 --lora-targets all
  curate train --mode full --augment forensic --balance sample --track mlflow
  curate train --recipe seed --positive real
  curate train --objective descriptor --out encoders/own
  curate train --objective descriptor --model encoders/own --lr 3e-5 --out encoders/more`
)

func newTrainCmd(a *app) *cobra.Command {
	o := trainOptions{TrainOptions: stage.TrainOptions{Settings: train.Recipe()}}
	o.Settings.Epochs, o.Settings.LR, o.Settings.Batch = 0, 0, 0 // as the mode has them
	cmd := &cobra.Command{
		Use:     "train",
		Short:   "Fit a classifier to the train split, or an encoder to copies",
		Long:    trainHelp,
		Example: trainExample,
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch o.objective {
			case objectiveClassifier:
				return a.runTrain(cmd, o)
			case objectiveDescriptor:
				return a.runTrainDescriptor(cmd, o, o.descriptor)
			}
			return usageError(fmt.Errorf("--objective %s: take %s or %s", o.objective, objectiveClassifier, objectiveDescriptor))
		},
	}
	o.add(cmd.Flags())
	return cmd
}

// add adds the flags of both objectives.
func (o *trainOptions) add(f *pflag.FlagSet) {
	s := &o.Settings
	f.StringVar(&o.objective, "objective", objectiveClassifier, "what is learnt: classifier, or descriptor: an encoder that recognises copies")
	o.descriptor.add(f)
	f.StringVar(&o.Model, "model", "", "where training starts: an imported `NAME`, a Hub id or a model folder (default: the standard encoder)")
	f.StringVar(&o.Mode, "mode", "", "probe, lora, full or lp-ft (default: the strongest that fits --budget)")
	f.DurationVar(&o.Budget, "budget", 30*time.Minute, "`TIME` that training may take, such as 30m, when it chooses the mode")
	f.StringVar(&o.Recipe, "recipe", "", "seed: the recipe of the first model cards")
	f.IntVar(&s.Epochs, "epochs", 0, "how often each picture is seen (default 10; not for a probe)")
	f.Float64Var(&s.LR, "lr", 0, "highest learning rate (default 5e-5 for full, 2e-5 for lp-ft, 5e-4 for lora)")
	f.IntVar(&s.Batch, "batch", 0, "pictures of one step, whatever fits into memory (default 128; less for fewer than 2,048 train images, so that an epoch has 16 steps)")
	f.Float64Var(&s.Warmup, "warmup-ratio", s.Warmup, "part of the steps over which the rate rises")
	f.Uint64Var(&s.Seed, "seed", s.Seed, "number that order and new weights follow from")
	o.tuning.add(f, s)
	f.StringVar(&o.Positive, "positive", "", "`LABEL` that precision, recall and F1 speak of (default ai)")
	f.StringVar(&o.Augment, "augment", "", "how pictures are changed before the model learns from them: "+augment.Words+" with numbers, as crop:0.5-1,jpeg:30-95 (default light; none for probe and the seed recipe)")
	f.StringVar(&o.balance, "balance", balanceNone, "sample: every epoch takes as many pictures of one label as of another; none: all once")
	f.StringVar(&o.memory, "memory", "4G", "memory that training may take, such as 8G: decides how many pictures are worked on at once")
	f.StringSliceVar(&o.Track, "track", []string{"tensorboard"}, "where the curve is kept beside metrics.jsonl: tensorboard, mlflow, wandb (see `curate track --help` for their servers); empty for nowhere")
	f.BoolVar(&o.Resume, "resume", false, "go on with an unfinished run; an error if there is none")
	f.StringVar(&o.Out, "out", "", "`DIR` of the run's files (default runs/NAME)")
}

// What --balance takes.
const (
	balanceNone   = "none"
	balanceSample = "sample"
)

func (a *app) runTrain(cmd *cobra.Command, o trainOptions) error {
	if err := o.check(); err != nil {
		return usageError(err)
	}
	if o.Recipe == stage.RecipeSeed && !cmd.Flags().Changed("model") {
		o.Model = stage.SeedModel
	}
	o.Command, o.Version = commandLine(cmd, nil), currentVersion()
	return a.withCatalog(cmd.Context(), "train", works, func(env *stage.Env) error {
		r, err := stage.Train(cmd.Context(), env, o.TrainOptions)
		if err != nil {
			return err
		}
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		r.Dir = view.Show(r.Dir)
		a.unreadable(view, r.Unreadable)
		return a.emit(r, func(w io.Writer) { writeTrain(w, r) })
	})
}

func (o *trainOptions) check() (err error) {
	s := &o.Settings
	if s.Memory, err = parseBytes(o.memory); err != nil {
		return fmt.Errorf("--memory: %w", err)
	}
	if _, err := augment.Parse(o.Augment); err != nil {
		return fmt.Errorf("--%w", err)
	}
	s.Balance = o.balance == balanceSample
	switch {
	case !s.Balance && o.balance != balanceNone:
		return fmt.Errorf("--balance %s: take %s or %s", o.balance, balanceSample, balanceNone)
	case o.Mode != "" && !slices.Contains(stage.Modes(), o.Mode):
		return fmt.Errorf("--mode %s: take one of %s", o.Mode, strings.Join(stage.Modes(), ", "))
	case o.Recipe == stage.RecipeSeed && o.Mode != "" && o.Mode != stage.ModeFull:
		return fmt.Errorf("--recipe seed trains all weights: leave --mode %s or --recipe out", o.Mode)
	case o.Recipe != "" && o.Recipe != stage.RecipeSeed:
		return fmt.Errorf("--recipe %s: the only one is %s", o.Recipe, stage.RecipeSeed)
	case s.Epochs < 0 || s.Batch < 0 || !(s.LR >= 0):
		return fmt.Errorf("--epochs, --batch and --lr must be above 0 (0 is as the mode has it)")
	case !(s.Warmup >= 0 && s.Warmup <= 1):
		return fmt.Errorf("--warmup-ratio %g: take 0 to 1", s.Warmup)
	}
	if err := o.tuning.apply(&o.TrainOptions); err != nil {
		return err
	}
	o.Servers = trackServers()
	if err := o.Servers.Check(o.Track); err != nil {
		return fmt.Errorf("--track: %w", err)
	}
	return nil
}

// parseBytes reads a size such as 8G, 512M or 1073741824.
func parseBytes(text string) (int64, error) {
	number, unit := text, int64(1)
	for i, u := range []string{"K", "M", "G", "T"} {
		if n, ok := strings.CutSuffix(strings.TrimSuffix(strings.ToUpper(text), "B"), u); ok {
			number, unit = n, 1<<(10*(i+1))
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(v > 0) || v*float64(unit) > 1<<60 {
		return 0, fmt.Errorf("%q is no size: write 8G or 512M", text)
	}
	return int64(v * float64(unit)), nil
}

func writeTrain(w io.Writer, r stage.TrainResult) {
	fmt.Fprintf(w, "%s: %s of %s at %d px on %s, %d train, %d val, %d test images\n\n",
		r.Run, r.Mode, r.Model, r.Resolution, r.Device, r.Images["train"], r.Images["val"], r.Images["test"])
	fmt.Fprint(w, train.Table(r.Rows))
	if r.Kept > 0 && r.Kept <= len(r.Rows) && r.Mode != stage.ModeProbe {
		fmt.Fprintf(w, "\nThe weights of epoch %.0f are kept: the best %s on %s.\n", r.Rows[r.Kept-1].Epoch, r.ChosenBy, r.JudgedOn)
	}
	on := r.JudgedOn
	if on == "test" {
		on += " (chosen on test)"
	}
	if len(r.Classes) == 2 {
		fmt.Fprintf(w, "\nFigures on %s; the positive class of F1, recall and precision is %s.\n", on, r.Positive)
	} else {
		fmt.Fprintf(w, "\nFigures on %s; F1, recall and precision are macro averages over %s.\n", on, strings.Join(r.Classes, ", "))
	}
	fmt.Fprintf(w, "%s, %.1f images/s; everything is in %s\n", (time.Duration(r.Seconds * float64(time.Second))).Round(100*time.Millisecond), r.ImagesPerSecond, r.Dir)
}
