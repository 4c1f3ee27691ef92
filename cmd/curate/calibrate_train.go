package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/curate/curate/internal/stage"
)

// ownFlags are those of `calibrate --train`.
type ownFlags struct {
	train  bool
	budget time.Duration
	steps  int
}

func (o *ownFlags) add(f *pflag.FlagSet) {
	f.BoolVar(&o.train, "train", false, "train the encoder itself on your pictures, and use it where it is better")
	f.DurationVar(&o.budget, "budget", 15*time.Minute, "with --train: `TIME` that training may take")
	f.IntVar(&o.steps, "steps", 0, "with --train: `N` steps at most, 0 for as many as the budget has room for")
}

// refuse says which flag makes no sense without --train.
func (o *ownFlags) refuse(cmd *cobra.Command) error {
	for _, name := range []string{"budget", "steps"} {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s is of --train", name)
		}
	}
	return nil
}

func (a *app) runCalibrateTrain(cmd *cobra.Command, o calibrateOptions) error {
	for _, name := range []string{"quality", "pictures", "edits", "save", "forget"} {
		if cmd.Flags().Changed(name) {
			return usageError(fmt.Errorf("--%s makes no sense with --train", name))
		}
	}
	if o.own.budget <= 0 || o.own.steps < 0 {
		return usageError(fmt.Errorf("--budget %s --steps %d: name a time above 0, and steps from 0", o.own.budget, o.own.steps))
	}
	own := stage.TrainOwnOptions{Model: o.Model, Budget: o.own.budget, Steps: o.own.steps, Command: o.Command, Version: currentVersion()}
	if cmd.Flags().Changed("seed") {
		own.Seed = o.Seed
	}
	return a.withCatalog(cmd.Context(), "calibrate", works, func(env *stage.Env) error {
		r, err := stage.TrainOwn(cmd.Context(), env, own)
		if err == nil {
			err = a.emit(r, func(w io.Writer) { writeTrainOwn(w, r) })
		}
		if err == nil && r.Refused != "" {
			return fmt.Errorf("calibrate: nothing was changed: %s", r.Refused)
		}
		return err
	})
}

func writeTrainOwn(w io.Writer, r stage.TrainOwnResult) {
	fmt.Fprintf(w, "trained %d steps on %d pictures, beginning with %s; %d pictures were kept out\n", r.Steps, r.Images, r.Start, r.Held)
	if r.Examined > 0 {
		fmt.Fprintf(w, "on %d versions of pictures kept out, by cosine alone, recall at precision .99:\n", r.Examined)
		fmt.Fprintf(w, "%-8s %9s %9s %9s %9s\n", "", "AP", "recall", "AP new", "recall new")
		for _, row := range []struct {
			name string
			m    stage.Marks
		}{{"before", r.Before}, {"after", r.After}} {
			fmt.Fprintf(w, "%-8s %9.4f %9.4f %9.4f %9.4f\n", row.name, row.m.Known.AP, row.m.Known.Recall, row.m.Unseen.AP, row.m.Unseen.Recall)
		}
		fmt.Fprintf(w, "before: %s; new: kinds of edits that training never made\n", r.From)
		fmt.Fprintf(w, "mean of both APs: %+.4f, on other such pictures %+.4f to %+.4f (95 in 100, %d pictures drawn with all their versions)\n", r.Gain.AP, r.Gain.Low, r.Gain.High, r.Gain.Pictures)
	}
	if r.File != "" {
		fmt.Fprintf(w, "dedup uses the catalogue's own encoder from now on: %s\n", r.File)
		fmt.Fprintf(w, "curate calibrate --forget goes back to the one inside curate, --model builtin uses that for once\n")
	}
}

// forgetOwn takes the catalogue's own encoder away.
func (a *app) forgetOwn(ctx context.Context, env *stage.Env, command string) error {
	file := env.OwnEncoder()
	forgotten, err := stage.ForgetOwnEncoder(ctx, env, command)
	if err != nil {
		return err
	}
	r := struct {
		File      string `json:"file"`
		Forgotten bool   `json:"forgotten"`
	}{file, forgotten}
	return a.emit(r, func(w io.Writer) {
		fmt.Fprintf(w, "the catalogue's own encoder is forgotten: dedup uses the one inside curate again\n")
	})
}
