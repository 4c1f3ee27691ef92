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

func newEvaluateCmd(a *app) *cobra.Command {
	var o stage.EvaluateOptions
	cmd := &cobra.Command{
		Use:   "evaluate",
		Short: "Judge a trained model on pictures that it has not seen",
		Long: `Evaluate runs the model of a training run on the test split (or on a folder whose
subfolders are named by label) and prints its figures with 95% intervals, overall and
by generator, source and subject. It writes report.html into the run's folder.

Pictures that the run has learnt from, and those of one group with them (copies,
pictures of one prompt), are left out and counted, whatever split they are in now.
Intervals are bootstrap percentiles over whole groups.`,
		Example: `  curate evaluate
  curate evaluate --run full-1 --by generator
  curate evaluate --folder other/pictures --json`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runEvaluate(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Run, "run", "", "`NAME` or number of the training run (default: the newest)")
	f.StringVar(&o.Split, "split", "test", "train, val or test")
	f.StringVar(&o.Folder, "folder", "", "judge the pictures below `DIR` instead, labelled by their folders")
	f.StringSliceVar(&o.By, "by", stage.EvaluateFields(), "fields to list figures by")
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

func writeEvaluate(w io.Writer, r stage.EvaluateResult, by []string) {
	fmt.Fprintf(w, "%s on %s: %s, positive class %s (%d)\n\n", r.Run, r.On, count(r.N, "image", "images"), r.Positive, r.Positives)
	if r.LeftOut != nil && *r.LeftOut > 0 {
		fmt.Fprintf(w, "left out, as the run has learnt from them or their groups: %s\n\n", count(*r.LeftOut, "image", "images"))
	}
	fmt.Fprintf(w, "%-10s %8s  95%% interval\n", "", "value")
	r.Each(func(name string, v *metrics.Value) {
		ci := r.CI[name]
		fmt.Fprintf(w, "%-10s %8s  %s to %s\n", name, figure(*v), figure(ci[0]), figure(ci[1]))
	})
	fmt.Fprintf(w, "\n%-16s", "true \\ said")
	for _, c := range r.Classes {
		fmt.Fprintf(w, " %10s", c)
	}
	fmt.Fprintln(w)
	for i, row := range r.Confusion {
		fmt.Fprintf(w, "%-16s", r.Classes[i])
		for _, n := range row {
			fmt.Fprintf(w, " %10d", n)
		}
		fmt.Fprintln(w)
	}
	for _, field := range by {
		writeGroups(w, field, r.Per[field])
	}
	fmt.Fprintf(w, "\nreport: %s\n", r.Report)
}

func writeGroups(w io.Writer, field string, groups []metrics.Group) {
	fmt.Fprintf(w, "\n%-28s %7s %8s %8s %8s %8s\n", field, "images", "accuracy", "recall", "f1", "auc")
	for _, g := range groups {
		fmt.Fprintf(w, "%-28s %7d %8s %8s %8s %8s\n", orDash(g.Key), g.N, figure(g.Accuracy), figure(g.Recall), figure(g.F1), figure(g.AUC))
	}
}

// figure shows a figure with four digits, or a dash for what is undefined.
func figure(v metrics.Value) string {
	if math.IsNaN(float64(v)) {
		return "-"
	}
	return fmt.Sprintf("%.4f", float64(v))
}
