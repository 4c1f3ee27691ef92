package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func newMislabelsCmd(a *app) *cobra.Command {
	var o lookFlags
	field := "subject"
	cmd := &cobra.Command{
		Use:   "mislabels",
		Short: "List the images that look like those of another subject",
		Long: `Mislabels asks a classifier, which has seen neither an image nor a copy of it nor
another picture of its prompt, what the image shows. The score is what the recorded
subject lacks of the chance that images called so have on average: at 0.9 it has a tenth
of it. With --field label it asks for the
label; but of real against ai the hardest images come first, not the wrong ones. It is
a list for a person to look at: "curate label" says what is right, nothing is changed
by itself. Scores are saved as the issue "mislabel" ("mislabel_label" for labels).`,
		Example: "  curate mislabels --limit 20\n  curate label --field subject ship photos/0042.jpg",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if field != "subject" && field != "label" {
				return usageError(fmt.Errorf("--field %q: subject or label", field))
			}
			if err := o.check(); err != nil {
				return err
			}
			return a.runMislabels(cmd.Context(), field, o)
		},
	}
	o.add(cmd, stage.MislabelFrom)
	cmd.Flags().StringVar(&field, "field", field, "what may be wrong: subject or label")
	return cmd
}

func (a *app) runMislabels(ctx context.Context, field string, o lookFlags) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, "mislabels", works, func(env *stage.Env) error {
		rows, r, err := stage.Mislabels(ctx, env, stage.MislabelOptions{Field: field, Model: o.model, MinScore: o.minScore, Limit: o.limit}, view)
		if err != nil {
			return err
		}
		a.saidOfLook(r, o, view)
		if o.csv {
			return writeCSV(a.stdout, "path,score,field,given,suggested,chance", rows, func(x stage.Mislabel) []string {
				return []string{x.Path, decimal(x.Score), x.Field, x.Given, x.Suggested, decimal(x.Chance)}
			})
		}
		for _, x := range rows {
			if err := a.emit(x, func(w io.Writer) {
				fmt.Fprintf(w, "%.3f  %s  is called %s, looks like %s (%.2f)\n", x.Score, printable(x.Path), printable(x.Given), printable(x.Suggested), x.Chance)
			}); err != nil {
				return err
			}
		}
		return nil
	})
}
