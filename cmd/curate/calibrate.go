package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/dedup/calibrate"
	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/stage"
)

type calibrateOptions struct {
	stage.CalibrateOptions
	quality string
	save    string
	forget  bool
	own     ownFlags
}

func newCalibrateCmd(a *app) *cobra.Command {
	var o calibrateOptions
	cmd := &cobra.Command{
		Use:   "calibrate",
		Short: "Learn what a copy looks like to a model, from edits of your own pictures",
		Long: `Calibrate edits a sample of the catalogue's pictures (JPEG, crops, turns, colours,
text, borders, ...), and learns from the edits how to compare a model's descriptors
and how likely a score means a copy. That is why "dedup --threshold 0.9" means the
same with every model: nine in ten pairs at that score are copies. The known
encoders come with a calibration; for others dedup runs this once by itself.

Run dedup first: of pictures that it has found to be copies one is learnt from. From
fewer than 500 pictures only the meaning of the scores is learnt, not how to compare.
What makes no sense, or finds clearly less of held-out edits than what is in force
(precision and recall at 0.9 together lower by more than 0.05), is not taken: nothing
is changed then, and the exit status is 1. --forget goes back to the known calibration.

Pairs that you have judged count too (curate same, curate distinct): one that is the
same as much as twenty edits, a distinct one as one of all pairs of the catalogue.

The figures are of pictures that nothing was learnt from.

--train goes further: it trains the encoder itself on edits of your pictures, for as
long as --budget says, keeps a fifth of them out, and says how well it does on those
before and after. Where it is better, it becomes the catalogue's own encoder, in a file
beside the catalogue, which dedup, embed and the page then use (fast and balanced);
else nothing is changed, and the exit status is 1. A run that was stopped goes on when
the same is asked again. --forget goes back to the encoder inside curate, and --model
builtin uses that for once.`,
		Example: `  curate calibrate
  curate calibrate --model facebook/dinov2-small --pictures 1000
  curate calibrate --train --budget 30m
  curate calibrate --forget`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Command = commandLine(cmd, args)
			if o.own.train {
				return a.runCalibrateTrain(cmd, o)
			}
			return a.runCalibrate(cmd, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.quality, "quality", "balanced", "fast, balanced or best, as dedup has it: whose descriptors")
	f.StringVar(&o.Model, "model", "", "encoder: an imported `NAME`, a Hub id, a folder or an .onnx file (default: that of the quality)")
	f.IntVar(&o.Pictures, "pictures", 300, "how many `PICTURES` to learn from")
	f.IntVar(&o.Edits, "edits", 6, "how many `EDITS` of each")
	f.Uint64Var(&o.Seed, "seed", 42, "`SEED` of the sample and of the edits")
	f.StringVar(&o.save, "save", "", "also write the calibration, even one that is not taken, to `FILE`, and its key, as known.json has it, to FILE.json")
	f.BoolVar(&o.forget, "forget", false, "take away what calibrate has learnt: the catalogue's own encoder if it has one, else the calibration of this model")
	o.own.add(f)
	return cmd
}

func (a *app) runCalibrate(cmd *cobra.Command, o calibrateOptions) error {
	if err := o.own.refuse(cmd); err != nil {
		return usageError(err)
	}
	ctx, q := cmd.Context(), stage.Quality(o.quality)
	if err := q.Check(); err != nil {
		return usageError(err)
	}
	if o.Pictures < 1 || o.Edits < 1 {
		return usageError(fmt.Errorf("--pictures %d --edits %d: both must be 1 or more", o.Pictures, o.Edits))
	}
	return a.withCatalog(ctx, "calibrate", works, func(env *stage.Env) error {
		if o.forget && o.Model == "" && env.OwnEncoder() != "" {
			return a.forgetOwn(ctx, env, o.Command)
		}
		em, err := env.Embedding(q, o.Model)
		if err != nil {
			return usageError(err)
		}
		o.Model, o.Layers, o.Resolution = em.Model, em.Layers, em.Resolution
		if o.forget {
			r, err := stage.ForgetCalibration(ctx, env, o.CalibrateOptions)
			if err != nil {
				return err
			}
			return a.emit(r, func(w io.Writer) { writeForget(w, r) })
		}
		r, model, key, err := stage.Calibrate(ctx, env, o.CalibrateOptions)
		if err == nil && o.save != "" {
			err = saveCalibration(o.save, model, key)
		}
		if err == nil {
			err = a.emit(r, func(w io.Writer) { writeCalibrate(w, r) })
		}
		if err == nil && r.Refused != "" && o.save == "" {
			return fmt.Errorf("calibrate: nothing was changed: %s", r.Refused)
		}
		return err
	})
}

// saveCalibration writes a calibration and, beside it, whose it is.
func saveCalibration(file string, model *calibrate.Model, key calibrate.Key) error {
	data, err := model.MarshalBinary()
	if err != nil {
		return err
	}
	line, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	if err := atomicfile.WriteFile(file, data, 0o644); err != nil {
		return err
	}
	return atomicfile.WriteFile(file+".json", append(line, '\n'), 0o644)
}

func writeForget(w io.Writer, r stage.ForgetResult) {
	what := "nothing was to be forgotten"
	if r.Forgotten {
		what = "your own calibration is forgotten"
	}
	next := "dedup will fit one on edits of your pictures"
	if r.Known {
		next = "the known one is in force"
	}
	fmt.Fprintf(w, "%s at %d px, layers %s: %s, %s\n", r.Model, r.Resolution, r.Layers, what, next)
}

func writeCalibrate(w io.Writer, r stage.CalibrateResult) {
	fmt.Fprintf(w, "%s at %d px, layers %s: learnt from %d pairs of versions of %d pictures", r.Model, r.Resolution, r.Layers, r.Pairs, r.Images)
	if r.Verdicts > 0 {
		fmt.Fprintf(w, ", and from %d verdicts", r.Verdicts)
	}
	fmt.Fprintln(w)
	if r.KeptWhitening {
		fmt.Fprintln(w, "too few to learn anew how to compare (500 are needed): the known whitening stays, what a score means is learnt")
	}
	fmt.Fprintf(w, "on pictures that nothing was learnt from, if one in %.0f is a copy:\n", 1/r.Prior)
	fmt.Fprintf(w, "%9s %9s %9s %7s\n", "threshold", "cosine", "precision", "recall")
	for _, t := range []string{"0.5", "0.8", "0.9", "0.95", "0.99"} {
		fmt.Fprintf(w, "%9s %9.3f %9.3f %7.3f\n", t, r.CosineAt[t], r.PrecisionAt[t], r.RecallAt[t])
	}
	fmt.Fprintf(w, "in this catalogue, at 0.9: precision %.3f, recall %.3f", r.Now.Precision, r.Now.Recall)
	if r.Before != nil {
		fmt.Fprintf(w, "; with what was in force %.3f, %.3f", r.Before.Precision, r.Before.Recall)
	}
	fmt.Fprintln(w)
	if r.Refused != "" {
		fmt.Fprintf(w, "nothing was changed: %s\n", r.Refused)
	}
}
