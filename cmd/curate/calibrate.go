package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/stage"
)

type calibrateOptions struct {
	stage.CalibrateOptions
	quality string
	save    string
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

Pairs that you have judged count too (curate same, curate distinct): one that is the
same as much as twenty edits, a distinct one as one of all pairs of the catalogue.

The figures are of pictures that nothing was learnt from.`,
		Example: `  curate calibrate
  curate calibrate --model facebook/dinov2-small --pictures 1000`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runCalibrate(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.quality, "quality", "balanced", "fast, balanced or best, as dedup has it: whose descriptors")
	f.StringVar(&o.Model, "model", "", "encoder: an imported `NAME`, a Hub id, a folder or an .onnx file (default: that of the quality)")
	f.IntVar(&o.Pictures, "pictures", 300, "how many `PICTURES` to learn from")
	f.IntVar(&o.Edits, "edits", 6, "how many `EDITS` of each")
	f.Uint64Var(&o.Seed, "seed", 42, "`SEED` of the sample and of the edits")
	f.StringVar(&o.save, "save", "", "also write the calibration to `FILE`, and its key, as known.json has it, to FILE.json")
	return cmd
}

func (a *app) runCalibrate(ctx context.Context, o calibrateOptions) error {
	if o.Pictures < 1 || o.Edits < 1 {
		return usageError(fmt.Errorf("--pictures %d --edits %d: both must be 1 or more", o.Pictures, o.Edits))
	}
	em, err := stage.Quality(o.quality).Embedding(o.Model)
	if err != nil {
		return usageError(err)
	}
	o.Model, o.Layers, o.Resolution = em.Model, em.Layers, em.Resolution
	return a.withCatalog(ctx, "calibrate", works, func(env *stage.Env) error {
		r, model, key, err := stage.Calibrate(ctx, env, o.CalibrateOptions)
		if err != nil {
			return err
		}
		if o.save != "" {
			data, err := model.MarshalBinary()
			if err != nil {
				return err
			}
			line, err := json.Marshal(key)
			if err != nil {
				return fmt.Errorf("write key: %w", err)
			}
			if err := atomicfile.WriteFile(o.save, data, 0o644); err != nil {
				return err
			}
			if err := atomicfile.WriteFile(o.save+".json", append(line, '\n'), 0o644); err != nil {
				return err
			}
		}
		return a.emit(r, func(w io.Writer) { writeCalibrate(w, r) })
	})
}

func writeCalibrate(w io.Writer, r stage.CalibrateResult) {
	fmt.Fprintf(w, "%s at %d px, layers %s: learnt from %d pairs of versions of %d pictures", r.Model, r.Resolution, r.Layers, r.Pairs, r.Images)
	if r.Verdicts > 0 {
		fmt.Fprintf(w, ", and from %d verdicts", r.Verdicts)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, "on pictures that nothing was learnt from, if one in %.0f is a copy:\n", 1/r.Prior)
	fmt.Fprintf(w, "%9s %9s %9s %7s\n", "threshold", "cosine", "precision", "recall")
	for _, t := range []string{"0.5", "0.8", "0.9", "0.95", "0.99"} {
		fmt.Fprintf(w, "%9s %9.3f %9.3f %7.3f\n", t, r.CosineAt[t], r.PrecisionAt[t], r.RecallAt[t])
	}
}
