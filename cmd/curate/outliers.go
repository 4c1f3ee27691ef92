package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// lookFlags are those of the lists that compare each image with all others.
type lookFlags struct {
	model    string
	minScore float64
	limit    int
	csv      bool
}

func (o *lookFlags) add(cmd *cobra.Command, minScore float64) {
	f := cmd.Flags()
	f.StringVar(&o.model, "model", "", "encoder, as for dedup")
	f.Float64Var(&o.minScore, "min-score", minScore, "`SCORE` from which images are listed, 0 to 1")
	f.IntVar(&o.limit, "limit", 0, "`N` images at most, 0 for all")
	f.BoolVar(&o.csv, "csv", false, "comma-separated values with a header")
}

func (o *lookFlags) check() error {
	if !(o.minScore >= 0 && o.minScore <= 1) {
		return usageError(fmt.Errorf("--min-score %g: a score is from 0 to 1", o.minScore))
	}
	if o.limit < 0 {
		return usageError(fmt.Errorf("--limit %d: a number from 0 on", o.limit))
	}
	return nil
}

func newOutliersCmd(a *app) *cobra.Command {
	var o lookFlags
	cmd := &cobra.Command{
		Use:   "outliers",
		Short: "List the images that are unlike all others",
		Long: `Outliers scores every image by its distance to the ten images nearest to it, where
its own copies and other pictures of its prompt do not count, against the distances
that are usual in this heap. At a score of 0.99 one image in a hundred is as far off
by chance, at 0.999 one in a thousand. It is a list for a person to look at. Scores
are saved as the issue "outlier", for "curate images --issue outlier" and
"curate remove --issue outlier --min-score 0.999".`,
		Example: "  curate outliers\n  curate outliers --min-score 0.9 --limit 50 --csv > odd.csv",
		Args:    usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return err
			}
			return a.runOutliers(cmd.Context(), o)
		},
	}
	o.add(cmd, stage.OutlierFrom)
	return cmd
}

func (a *app) runOutliers(ctx context.Context, o lookFlags) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, "outliers", works, func(env *stage.Env) error {
		rows, r, err := stage.Outliers(ctx, env, stage.OutlierOptions{Model: o.model, MinScore: o.minScore, Limit: o.limit}, view)
		if err != nil {
			return err
		}
		a.saidOfLook(r, o, view)
		if o.csv {
			return writeCSV(a.stdout, "path,score,distance,nearest", rows, func(x stage.Outlier) []string {
				return []string{x.Path, decimal(x.Score), decimal(x.Distance), textOf(x.Nearest)}
			})
		}
		for _, x := range rows {
			if err := a.emit(x, func(w io.Writer) {
				fmt.Fprintf(w, "%.3f  %s  (distance %.3f)\n", x.Score, printable(x.Path), x.Distance)
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

// saidOfLook tells on stderr what a list was made from, and what it lacks.
func (a *app) saidOfLook(r stage.LookResult, o lookFlags, view catalog.View) {
	for _, u := range r.Unreadable {
		a.notice("cannot be read any more (run curate ingest again): %s: %s", printable(view.Show(u.Path)), u.Reason)
	}
	a.unusable += len(r.Unreadable)
	if r.NoGroups != "" {
		a.notice("%s: copies that it has not found count as different images (run curate dedup first)", r.NoGroups)
	}
	a.notice("%s of %d reach a score of %g; seen by %s, layers %s, at %d px", count(r.Reached, "image", "images"), r.Images, o.minScore, r.Model,
		r.Layers, r.Resolution)
}

// writeCSV writes a list as comma-separated values under a header.
func writeCSV[T any](w io.Writer, header string, rows []T, line func(T) []string) error {
	table := csv.NewWriter(w)
	if err := table.Write(strings.Split(header, ",")); err != nil {
		return err
	}
	for _, r := range rows {
		if err := table.Write(line(r)); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
