package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

type predictOptions struct {
	stage.PredictOptions
	csv bool
}

func newPredictCmd(a *app) *cobra.Command {
	var o predictOptions
	cmd := &cobra.Command{
		Use:   "predict PATH...",
		Short: "Label pictures with a trained model",
		Long: `Predict prints for every picture its most probable label and how probable that is.
Folders are searched with all that lies below them, and so are archives; - reads names
from standard input, one a line. Answers come in the order of the names, as they are
found. The pictures need not be in the catalogue, and it is not changed. What cannot be
read is named and does not stop the others.

Probabilities are the model's own, as model.onnx gives them. With --calibrated they are
taken at the temperature that was fitted on the run's validation pictures, which says
better how often such an answer is right; the labels are the same.`,
		Example: `  curate predict holiday.jpg
  curate predict new/ --run full-1 --json
  find new -newer last -print0 | curate predict - --null --csv > answers.csv`,
		Args: usageArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Paths, o.List = args, a.stdin
			return a.runPredict(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Run, "run", "", "`NAME` or number of the training run (default: the newest)")
	f.BoolVar(&o.csv, "csv", false, "a table: path, label, probability, and the probability of every label")
	f.BoolVarP(&o.Null, "null", "0", false, "names on standard input end with a zero byte, as find -print0 writes them")
	f.BoolVar(&o.Calibrated, "calibrated", false, "probabilities at the run's temperature")
	return cmd
}

func (a *app) runPredict(ctx context.Context, o predictOptions) error {
	if o.csv && a.json {
		return usageError(errors.New("--csv and --json: take one of them"))
	}
	return a.withCatalog(ctx, "predict", reads, func(env *stage.Env) error {
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		to := stage.PredictSink{Picture: func(p stage.Prediction) error {
			p.Path = view.Show(p.Path)
			if a.json {
				return a.line(p)
			}
			_, err := fmt.Fprintf(a.stdout, "%-10s %.4f  %s\n", p.Label, p.Probability, printable(p.Path))
			return err
		}}
		if o.csv {
			to = a.predictTable(view)
		}
		to.Unusable = func(u stage.UnusableInput) { a.unreadable(view, []stage.UnusableInput{u}) }
		return stage.Predict(ctx, env, o.PredictOptions, to)
	})
}

// predictTable writes predictions as CSV, each line as it comes.
func (a *app) predictTable(view catalog.View) stage.PredictSink {
	table := csv.NewWriter(a.stdout)
	write := func(row []string) error {
		if err := table.Write(row); err != nil {
			return err
		}
		table.Flush()
		return table.Error()
	}
	var classes []string
	return stage.PredictSink{
		Begin: func(names []string) error {
			classes = names
			header := []string{"path", "label", "probability"}
			for _, c := range names {
				header = append(header, "probability_"+c)
			}
			return write(header)
		},
		Picture: func(p stage.Prediction) error {
			row := []string{view.Show(p.Path), p.Label, decimal(p.Probability)}
			for _, c := range classes {
				row = append(row, decimal(p.Probabilities[c]))
			}
			return write(row)
		},
	}
}
