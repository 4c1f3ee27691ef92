package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/metrics"
)

// evaluateHelp and evaluateExample are what `curate evaluate --help` says.
const (
	evaluateHelp = `Evaluate runs the model of a training run on the test split (or on a folder whose
subfolders are named by label) and prints its figures with 95% intervals, overall and
by generator, source and subject. It writes report.html into the run's folder.

Pictures that the run has learnt from, and those of one group with them (copies,
pictures of one prompt), are left out and counted, whatever split they are in now.
Intervals are bootstrap percentiles over whole groups. Beside the AUC stands the
balanced accuracy of the source that is recognised worst, at the threshold that was best
on validation; a temperature that was fitted there too says how sure to be.

--robustness judges the pictures again after each of 19 edits (JPEG, WebP, resize, blur,
crop, screenshot). --leave-out generator fits a probe without each generator and judges
it on that one. --against RUN judges another run on the same pictures and tests whether
the two differ (McNemar, paired draws of whole groups).`

	evaluateExample = `  curate evaluate
  curate evaluate --run full-1 --by generator
  curate evaluate --robustness --leave-out generator
  curate evaluate --run full-1 --against probe-1
  curate evaluate --folder other/pictures --json`

	// robustSample is how many pictures are edited unless more are asked for.
	robustSample = 500
)

func newEvaluateCmd(a *app) *cobra.Command {
	var o stage.EvaluateOptions
	cmd := &cobra.Command{
		Use: "evaluate", Short: "Judge a trained model on pictures that it has not seen", Long: evaluateHelp, Example: evaluateExample,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runEvaluate(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Run, "run", "", "`NAME` or number of the training run (default: the newest)")
	f.StringVar(&o.Split, "split", "test", "train, val or test")
	f.StringVar(&o.Folder, "folder", "", "judge the pictures below `DIR` instead, labelled by their folders")
	f.StringSliceVar(&o.By, "by", stage.EvaluateFields(), "fields to list figures by")
	f.BoolVar(&o.Robustness, "robustness", false, "judge edited pictures too")
	f.IntVar(&o.Sample, "sample", robustSample, "pictures that --robustness edits at most, 0 for all")
	f.StringVar(&o.LeaveOut, "leave-out", "", "`FIELD` (generator, source or subject): leave one after the other out of a probe and judge it on that")
	f.StringVar(&o.Against, "against", "", "`RUN` to compare with, on the pictures of both")
	return cmd
}

func (a *app) runEvaluate(ctx context.Context, o stage.EvaluateOptions) error {
	if err := o.Check(); err != nil {
		return usageError(err)
	}
	return a.withCatalog(ctx, "evaluate", records, func(env *stage.Env) error {
		r, err := stage.Evaluate(ctx, env, o)
		if err != nil {
			return err
		}
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		r.Report = view.Show(r.Report)
		a.unreadable(view, r.Unreadable)
		return a.emit(r, func(w io.Writer) { writeEvaluate(w, r, o.By) })
	})
}

// unreadable counts and tells which pictures could not be read.
func (a *app) unreadable(view catalog.View, inputs []stage.UnusableInput) {
	for i, u := range inputs {
		inputs[i].Path = view.Show(u.Path)
		a.notice("cannot be read: %s: %s", printable(inputs[i].Path), u.Reason)
	}
	a.unusable += len(inputs)
}

// figure shows a figure with four digits, or a dash for what is undefined.
func figure(v metrics.Value) string {
	if math.IsNaN(float64(v)) {
		return "-"
	}
	return fmt.Sprintf("%.4f", float64(v))
}
