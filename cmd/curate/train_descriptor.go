package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/descriptor"
)

// The objectives of training.
const (
	objectiveClassifier = "classifier"
	objectiveDescriptor = "descriptor"
)

// descriptorFlags are the flags that only the descriptor objective has.
type descriptorFlags struct {
	steps, layers, frozen int
	negatives, drawn      int
	teach                 float64
	squash                bool
}

func (d *descriptorFlags) add(f *pflag.FlagSet) {
	r := descriptor.Recipe()
	f.IntVar(&d.steps, "steps", r.Steps, "steps of the run (descriptor)")
	f.IntVar(&d.layers, "layers", r.Layers, "layers of the model that are kept (descriptor)")
	f.IntVar(&d.negatives, "negatives", r.Memory, "`N` descriptors of earlier steps from which pictures are told too, such as 2048 (descriptor)")
	f.IntVar(&d.drawn, "drawn", 0, "`N` pictures that are drawn by the program and learnt from besides (descriptor)")
	f.Float64Var(&d.teach, "distill", r.Teach, "weight of the whole model's opinion of which pictures are alike (descriptor)")
	f.BoolVar(&d.squash, "squash", true, "the encoder sees the whole picture in a square instead of its middle (descriptor)")
	f.IntVar(&d.frozen, "frozen", r.Frozen, "lowest layers that stay as they are (descriptor)")
}

// settings joins the recipe of the descriptor objective with what was asked for.
func (d *descriptorFlags) settings(cmd *cobra.Command, o *trainOptions) descriptor.Options {
	s := descriptor.Recipe()
	s.Steps, s.Frozen, s.Teach, s.Memory = d.steps, d.frozen, d.teach, d.negatives
	changed := cmd.Flags().Changed
	if s.Layers = 0; changed("layers") { // else those of an encoder that it goes on with
		s.Layers = d.layers
	}
	if changed("batch") {
		s.Batch = o.Settings.Batch
	}
	if changed("lr") {
		s.HeadLR *= o.Settings.LR / s.LR
		s.LR = o.Settings.LR
	}
	if changed("seed") {
		s.Seed = o.Settings.Seed
	}
	return s
}

func (a *app) runTrainDescriptor(cmd *cobra.Command, o trainOptions, d descriptorFlags) error {
	for _, name := range []string{"mode", "recipe", "epochs", "warmup-ratio", "positive", "memory", "track", "augment", "balance"} {
		if cmd.Flags().Changed(name) {
			return usageError(fmt.Errorf("--%s is for classifiers; leave it out with --objective descriptor", name))
		}
	}
	s := stage.DescriptorOptions{
		Model: o.Model, Settings: d.settings(cmd, &o), Squash: d.squash, Drawn: d.drawn, Resume: o.Resume, Out: o.Out, Command: commandLine(cmd, nil), Version: currentVersion(),
	}
	if cmd.Flags().Changed("budget") {
		s.Budget = o.Budget
	}
	return a.withCatalog(cmd.Context(), "train", works, func(env *stage.Env) error {
		r, err := stage.TrainDescriptor(cmd.Context(), env, s)
		if err != nil {
			return err
		}
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		r.Dir = view.Show(r.Dir)
		a.unreadable(view, r.Unreadable)
		return a.emit(r, func(w io.Writer) { writeTrainDescriptor(w, r) })
	})
}

func writeTrainDescriptor(w io.Writer, r stage.DescriptorResult) {
	fmt.Fprintf(w, "%s: the first %d layers of %s at %d px, %d images learnt from, %d held out\n\n", r.Run, r.Layers, r.Model, r.Resolution, r.Images, r.Held)
	fmt.Fprintf(w, "%8s %9s %9s %9s %9s %9s\n", "step", "loss", "AP", "recall", "AP new", "recall new")
	for _, p := range r.Points {
		fmt.Fprintf(w, "%8d %9.4f %9.4f %9.4f %9.4f %9.4f\n", p.Step, p.Loss, p.Known.AP, p.Known.Recall, p.Unseen.AP, p.Unseen.Recall)
	}
	fmt.Fprintf(w, "\nOn held-out images; recall at precision .99; new: edits of kinds that training never makes.\n")
	if r.Best.Step == 0 {
		fmt.Fprintf(w, "Training did not help on them: the folder has the encoder as it was.\n")
	}
	fmt.Fprintf(w, "%s; the weights of step %d are in %s\n", (time.Duration(r.Seconds * float64(time.Second))).Round(time.Second), r.Best.Step, r.Dir)
}
