package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func newPredictCmd(a *app) *cobra.Command {
	var o stage.PredictOptions
	cmd := &cobra.Command{
		Use:   "predict PATH...",
		Short: "Label pictures with a trained model",
		Long: `Predict prints for every picture its most probable label and how probable that is.
Folders are searched with all that lies below them, and so are archives. The pictures
need not be in the catalogue, and it is not changed.`,
		Example: `  curate predict holiday.jpg
  curate predict new/ --run full-1 --json`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths = args
			return a.runPredict(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Run, "run", "", "`NAME` or number of the training run (default: the newest)")
	return cmd
}

func (a *app) runPredict(ctx context.Context, o stage.PredictOptions) error {
	return a.withCatalog(ctx, "predict", reads, func(env *stage.Env) error {
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		broken, err := stage.Predict(ctx, env, o, func(p stage.Prediction) error {
			p.Path = view.Show(p.Path)
			if a.json {
				return a.line(p)
			}
			_, err := fmt.Fprintf(a.stdout, "%-10s %.4f  %s\n", p.Label, p.Probability, printable(p.Path))
			return err
		})
		a.unreadable(view, broken)
		return err
	})
}
