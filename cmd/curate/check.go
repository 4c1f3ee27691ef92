package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/check"
	"github.com/curate/curate/internal/stage"
)

// faults says what each fault is, for help and tables.
var faults = map[check.Issue]string{
	check.Dark:           "even the brightest parts are dark",
	check.Light:          "even the darkest parts are light",
	check.Blurry:         "nothing in it is sharp",
	check.LowInformation: "few different values",
	check.Grayscale:      "no colours",
	check.OddSize:        "much larger or smaller than the others",
	check.OddAspect:      "a strip",
	check.Tiny:           "few pixels",
	check.Animated:       "more than one frame",
	check.Blank:          "a frame with next to nothing in it",
}

func newCheckCmd(a *app) *cobra.Command {
	thresholds := check.Defaults()
	values := map[check.Issue]*float64{}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Find faults: dark, blurry, blank, odd sizes, ...",
		Long: `Check scores every picture for ten faults, from 0 to 1 (higher is more of it), and
flags what reaches the threshold of the fault. Nothing is dropped: list what is
flagged with "curate images --issue blurry", and decide with "curate remove --issue".
Pictures are looked at once; other thresholds only flag anew.`,
		Example: `  curate check
  curate check --blurry 0.75 --tiny 0.6`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for name, v := range values {
				if !(*v >= 0 && *v <= 1) {
					return usageError(fmt.Errorf("--%s %g: a threshold is from 0 to 1", flagName(name), *v))
				}
				thresholds[name] = *v
			}
			return a.runCheck(cmd.Context(), thresholds)
		},
	}
	for _, name := range check.Issues() {
		values[name] = cmd.Flags().Float64(flagName(name), thresholds[name], "`SCORE` from which a picture is flagged: "+faults[name])
	}
	return cmd
}

func flagName(name check.Issue) string { return strings.ReplaceAll(string(name), "_", "-") }

func (a *app) runCheck(ctx context.Context, thresholds check.Thresholds) error {
	return a.withCatalog(ctx, "check", works, func(env *stage.Env) error {
		r, err := stage.Check(ctx, env, stage.CheckOptions{Thresholds: thresholds})
		if err != nil {
			return err
		}
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		for i, u := range r.Unreadable {
			r.Unreadable[i].Path = view.Show(u.Path)
			a.notice("cannot be read any more (run curate ingest again): %s: %s", printable(r.Unreadable[i].Path), u.Reason)
		}
		a.unusable += len(r.Unreadable)
		return a.emit(r, func(w io.Writer) { writeCheck(w, r) })
	})
}

func writeCheck(w io.Writer, r stage.CheckResult) {
	fmt.Fprintf(w, "%s, %d checked now\n", count(r.Images, "image", "images"), r.Checked)
	fmt.Fprintf(w, "%-16s %7s  %s\n", "issue", "images", "flagged from")
	for _, name := range check.Issues() {
		fmt.Fprintf(w, "%-16s %7d  %-5g %s\n", name, r.Issues[name], r.Thresholds[name], faults[name])
	}
	fmt.Fprintln(w, "list them: curate images --issue NAME")
}
