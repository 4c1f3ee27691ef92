package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/check"
	"github.com/curate/curate/internal/stage"
)

type verdictOptions struct {
	targets stage.Targets
	dryRun  bool
}

func newKeepCmd(a *app) *cobra.Command {
	return newFateCmd(a, catalog.Keep, "Keep images, whatever else speaks against them", `Keep makes it your decision that images stay in the curated set, also as copies of
others; of a cluster, the one you keep becomes the keeper.`)
}

func newRemoveCmd(a *app) *cobra.Command {
	return newFateCmd(a, catalog.Remove, "Remove images from the curated set; files stay as they are", `Remove makes it your decision that images are not in the curated set. No file is
touched. Where the image was the keeper of a cluster, the next best copy takes its place.`)
}

// newFateCmd makes keep or remove.
func newFateCmd(a *app, kind catalog.VerdictKind, short, long string) *cobra.Command {
	var o verdictOptions
	cmd := &cobra.Command{
		Use:   string(kind) + " PATH|ID... | --issue I,J",
		Short: short,
		Long: long + ` Images are named by path,
number or the start of a SHA-256, or found by their faults. Verdicts outlive every
later run; "curate clear" takes one back, "curate undo" the last step.`,
		Example: fmt.Sprintf("  curate %[1]s photos/a.jpg 4711\n  curate %[1]s --issue blurry,dark --min-score 0.9 --dry-run", kind),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.targets.Args = args
			if err := o.check(); err != nil {
				return err
			}
			return a.runDecide(cmd.Context(), commandLine(cmd, args), kind, "", o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.targets.Issues, "issue", nil, "`I,J`: all images that are flagged with one of these faults")
	f.Float64Var(&o.targets.MinScore, "min-score", 0, "with --issue: `SCORE` of the fault, instead of its flag")
	f.BoolVar(&o.dryRun, "dry-run", false, "only say what would change")
	return cmd
}

func (o verdictOptions) check() error {
	if (len(o.targets.Args) == 0) == (len(o.targets.Issues) == 0) {
		return usageError(errors.New("name images, or give --issue: one of the two"))
	}
	return checkIssues(o.targets.Issues, o.targets.MinScore)
}

// checkIssues refuses faults that do not exist, since they would find nothing in silence.
func checkIssues(names []string, minScore float64) error {
	known := catalog.AmongOthers()
	for _, i := range check.Issues() {
		known = append(known, string(i))
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return usageError(fmt.Errorf("no fault is called %q: use %s", n, strings.Join(known, ", ")))
		}
	}
	if minScore != 0 && len(names) == 0 {
		return usageError(errors.New("--min-score is the score of a fault: give --issue too"))
	}
	if !(minScore >= 0 && minScore <= 1) {
		return usageError(fmt.Errorf("--min-score %g: a score is from 0 to 1", minScore))
	}
	return nil
}

func newLabelCmd(a *app) *cobra.Command {
	var o verdictOptions
	var field string
	cmd := &cobra.Command{
		Use:   "label LABEL PATH|ID...",
		Short: "Say what images are, whatever folders and manifests say",
		Long: `Label sets the label of images (or, with --field subject, what they show). It also
ends a conflict between locations that disagree.`,
		Example: "  curate label real photos/a.jpg\n  curate label car 4711 --field subject",
		Args:    usageArgs(cobra.MinimumNArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind := catalog.VerdictKind(field)
			if kind != catalog.Label && kind != catalog.Subject {
				return usageError(fmt.Errorf("--field %q: label or subject", field))
			}
			if args[0] == "" {
				return usageError(fmt.Errorf("an empty %s says nothing; \"curate clear\" takes a verdict back", field))
			}
			o.targets.Args = args[1:]
			return a.runDecide(cmd.Context(), commandLine(cmd, args), kind, args[0], o)
		},
	}
	cmd.Flags().StringVar(&field, "field", "label", "what LABEL is: label or subject")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "only say what would change")
	return cmd
}

func (a *app) runDecide(ctx context.Context, command string, kind catalog.VerdictKind, value string, o verdictOptions) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, string(kind), decides, func(env *stage.Env) error {
		r, err := stage.Decide(ctx, env, command, kind, value, o.targets, view, o.dryRun)
		if err != nil {
			return err
		}
		return a.emit(r, func(w io.Writer) { writeVerdict(w, r) })
	})
}

func newPairVerdictCmd(a *app, kind catalog.VerdictKind, short, long string) *cobra.Command {
	return &cobra.Command{
		Use:     string(kind) + " A B",
		Short:   short,
		Long:    long,
		Example: fmt.Sprintf("  curate %s photos/a.jpg photos/b.jpg", kind),
		Args:    usageArgs(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runDecidePair(cmd.Context(), commandLine(cmd, args), kind, args[0], args[1])
		},
	}
}

func newDistinctCmd(a *app) *cobra.Command {
	return newPairVerdictCmd(a, catalog.Distinct, "Say that two images are different pictures", `Distinct parts two images at once, and no later dedup joins them or asks again.`)
}

func newSameCmd(a *app) *cobra.Command {
	return newPairVerdictCmd(a, catalog.Same, "Say that two images are one picture", `Same joins two images: the next dedup puts them into one cluster, however alike it finds them.`)
}

func (a *app) runDecidePair(ctx context.Context, command string, kind catalog.VerdictKind, x, y string) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, string(kind), decides, func(env *stage.Env) error {
		r, err := stage.DecidePair(ctx, env, command, kind, x, y, view)
		if err != nil {
			return err
		}
		return a.emit(r, func(w io.Writer) { writeVerdict(w, r) })
	})
}

func newClearCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "clear PATH | A B",
		Short: "Take a verdict back: on an image, or on a pair",
		Long: `Clear takes back what was decided on one image (keep, remove, label, subject), or on a
pair of images (distinct, same). What the other facts say holds again.`,
		Example: "  curate clear photos/a.jpg\n  curate clear photos/a.jpg photos/b.jpg",
		Args:    usageArgs(cobra.RangeArgs(1, 2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runClear(cmd.Context(), commandLine(cmd, args), args)
		},
	}
}

func (a *app) runClear(ctx context.Context, command string, args []string) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, "clear", decides, func(env *stage.Env) error {
		r, err := stage.Clear(ctx, env, command, args, view)
		if err != nil {
			return err
		}
		if r.Changed == 0 && len(args) == 2 {
			a.notice("nothing is decided on this pair; verdicts on single images are cleared one by one")
		}
		return a.emit(r, func(w io.Writer) { writeVerdict(w, r) })
	})
}

const shownTargets = 20

func writeVerdict(w io.Writer, r stage.VerdictResult) {
	if r.DryRun {
		for i, p := range r.Images {
			if i == shownTargets {
				fmt.Fprintf(w, "  ... and %d more (--json lists all)\n", len(r.Images)-i)
				break
			}
			fmt.Fprintf(w, "  %s\n", printable(p))
		}
		fmt.Fprintf(w, "%s would change: ", count(r.Changed, "verdict", "verdicts"))
	} else {
		fmt.Fprintf(w, "%s changed", count(r.Changed, "verdict", "verdicts"))
		if r.Step != nil {
			fmt.Fprintf(w, " (step %d)", *r.Step)
		}
		fmt.Fprint(w, ": ")
	}
	fmt.Fprintf(w, "%d kept, %d removed, %d in review\n", r.Kept, r.Removed, r.Review)
}
