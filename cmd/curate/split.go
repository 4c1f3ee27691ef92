package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/split"
)

func newSplitCmd(a *app) *cobra.Command {
	o := stage.SplitOptions{}
	cmd := &cobra.Command{
		Use:   "split",
		Short: "Put every kept image into train, val or test, without leaks",
		Long: `Split moves whole groups only: copies, and pictures of one prompt, stay together.
Every label, and as far as possible every subject, has the same shares. The same
images and seed give the same split, and a larger heap keeps it: what was in test
never becomes train, and a new picture that is like one in test goes to test.
Without --group-by (--group-by '') every image is a group of its own.`,
		Example: `  curate split
  curate split --val 0.1 --test 0.2 --seed 7 --group-by cluster`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Command = commandLine(cmd, args)
			return a.runSplit(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.Float64Var(&o.Val, "val", 0.1, "`SHARE` for validation")
	f.Float64Var(&o.Test, "test", 0.2, "`SHARE` for the test")
	f.Uint64Var(&o.Seed, "seed", 42, "`SEED` of the draw")
	f.StringSliceVar(&o.GroupBy, "group-by", []string{"cluster", "prompt"}, "what stays together: `KINDS` of group")
	return cmd
}

func (a *app) runSplit(ctx context.Context, o stage.SplitOptions) error {
	if !(o.Val >= 0 && o.Test >= 0 && o.Val+o.Test < 1) {
		return usageError(fmt.Errorf("--val %g --test %g: both are shares of 0 or more, and must leave something for train", o.Val, o.Test))
	}
	for _, g := range o.GroupBy {
		if g != "cluster" && g != "prompt" {
			return usageError(fmt.Errorf("--group-by %s: use cluster, prompt or both", g))
		}
	}
	return a.withCatalog(ctx, "split", works, func(env *stage.Env) error {
		r, err := stage.Split(ctx, env, o)
		var g *split.GroupError
		if errors.As(err, &g) {
			if view, e := catalog.NewView(""); e == nil {
				g.Key = view.Show(g.Key)
			}
		}
		if err != nil {
			return err
		}
		return a.emit(r, func(w io.Writer) { writeSplit(w, r) })
	})
}

func writeSplit(w io.Writer, r stage.SplitResult) {
	fmt.Fprintf(w, "%-12s %7s %7s %7s\n", "label", "train", "val", "test")
	for _, label := range slices.Sorted(maps.Keys(r.PerLabel)) {
		n, name := r.PerLabel[label], label
		if label == "" {
			name = "(none)"
		}
		fmt.Fprintf(w, "%-12s %7d %7d %7d\n", name, n.Train, n.Val, n.Test)
	}
	fmt.Fprintf(w, "%-12s %7d %7d %7d\n", "all", r.Train, r.Val, r.Test)
	fmt.Fprintf(w, "%s that stay together", count(r.Groups, "group", "groups"))
	if r.Moved > 0 {
		fmt.Fprintf(w, "; %s another part than before", count(r.Moved, "image is in", "images are in"))
	}
	fmt.Fprintln(w)
}
