package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/audit"
	"github.com/curate/curate/train/audit/equalise"
)

type auditOptions struct {
	stage.AuditOptions
	fix  bool
	out  string
	size int
	view string
	seed uint64
}

const auditHelp = `Audit asks a random forest for the label of every kept image, of which it sees the
file's metadata and not one pixel: format, size, aspect, multiples of 8 and 64,
quantisation tables, chroma subsampling, bytes a pixel, EXIF, ICC and what else the file
says of itself. The forest has seen neither the image nor a copy of it nor another one
of its prompt. If it does well, so will any classifier on these files, whatever it has
learnt of pictures. The columns that give the labels away are named, with examples.

--fix makes a set in which they do not: every picture is cut to one size in the same
way and never enlarged, and saved by one program at a quality drawn from one range,
without metadata. The originals are only read. The set lies in curate.audit beside the
catalogue, or in --out, as images/SPLIT/LABEL/*.jpg with a manifest and with a catalogue
of its own, in which labels, prompts, splits and groups are as in this one:
"curate --catalog curate.audit/curate.db train" trains on it. The same command again
adds what is new and goes on where it was stopped. It ends with an audit of the set.

--view detail scales all pictures by factors from one range, and of a large picture
shows a part; --view whole shows all of its middle square, scaled more the larger it
is, which can be told from the pixels.`

func newAuditCmd(a *app) *cobra.Command {
	var o auditOptions
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Say whether labels can be told from the files' metadata alone",
		Long:  auditHelp,
		Example: `  curate audit
  curate audit --fix
  curate --catalog curate.audit/curate.db train`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Command = commandLine(cmd, args)
			if err := o.check(cmd.Flags().Changed); err != nil {
				return usageError(err)
			}
			return a.runAudit(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.fix, "fix", false, "make a set of which the labels cannot be told so")
	f.StringVar(&o.out, "out", "", "`DIR` of that set (default curate.audit beside the catalogue)")
	f.IntVar(&o.size, "size", 0, "side in `PX` of its pictures (default: the largest for which nearly all are large enough)")
	f.StringVar(&o.view, "view", "", "detail or whole (default detail)")
	f.Uint64Var(&o.seed, "seed", 0, "`SEED` of cuts and qualities (default 42)")
	return cmd
}

// check makes the options of the cure, or says what is wrong with them.
func (o *auditOptions) check(given func(string) bool) error {
	if !o.fix {
		for _, name := range []string{"out", "size", "view", "seed"} {
			if given(name) {
				return fmt.Errorf("--%s says how a set is made: it goes with --fix", name)
			}
		}
		return nil
	}
	o.Fix = &stage.FixOptions{Dir: o.out, Side: o.size, View: equalise.View(o.view), Seed: o.seed}
	p := equalise.Standard(64, equalise.Detail, o.seed)
	if given("size") {
		p.Side = o.size
	}
	if given("view") {
		p.View = o.Fix.View
	}
	return p.Check()
}

func (a *app) runAudit(ctx context.Context, o auditOptions) error {
	how := records
	if o.fix {
		how = works
	}
	return a.withCatalog(ctx, "audit", how, func(env *stage.Env) error {
		r, err := stage.Audit(ctx, env, o.AuditOptions)
		if errors.Is(err, stage.ErrFixFolder) {
			err = usageError(err)
		}
		if err != nil {
			return err
		}
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		a.unreadable(view, r.Unreadable)
		if r.Fix != nil {
			r.Fix.Dir, r.Fix.Catalog = view.Show(r.Fix.Dir), view.Show(r.Fix.Catalog)
			a.unreadable(view, r.Fix.Unreadable)
		}
		return a.emit(r, func(w io.Writer) { writeAudit(w, r) })
	})
}

func writeAudit(w io.Writer, r stage.AuditResult) {
	fmt.Fprintf(w, "%s\n\n", r.Finding)
	writeAuditFigures(w, r)
	if r.Fix != nil {
		writeFix(w, *r.Fix)
	} else if r.Verdict == audit.Leaks || r.Verdict == audit.Hints {
		fmt.Fprintf(w, "\ncurate audit --fix makes a set in which they do not.\n")
	}
}

// shownColumns is how many columns people see; --json has all.
const shownColumns = 8

func writeAuditFigures(w io.Writer, r stage.AuditResult) {
	fmt.Fprintf(w, "%d images in %s", r.Images, count(r.Groups, "group", "groups"))
	if r.Of > r.Images {
		fmt.Fprintf(w, " of %d", r.Of)
	}
	for _, label := range slices.Sorted(maps.Keys(r.Labels)) {
		fmt.Fprintf(w, ", %d %s", r.Labels[label], printable(label))
	}
	fmt.Fprintf(w, "\naccuracy %.3f (always naming the commonest label: %.3f)\n", r.Accuracy, r.Majority)
	fmt.Fprintf(w, "AUC from the file's making %.3f, from its size %.3f, from its bytes %.3f\n", r.Kinds[audit.OfFile], r.Kinds[audit.OfSize], r.Kinds[audit.OfContent])
	if r.Unlabelled > 0 {
		fmt.Fprintf(w, "%s left out: no label\n", count(r.Unlabelled, "image is", "images are"))
	}
	if len(r.Rare) > 0 {
		fmt.Fprintf(w, "labels left out, of too few images: %s\n", strings.Join(r.Rare, ", "))
	}
	if len(r.Columns) > 0 {
		fmt.Fprintf(w, "\n%-16s %-9s %6s  values that give a label away\n", "column", "of the", "AUC")
	}
	for _, c := range r.Columns[:min(len(r.Columns), shownColumns)] {
		fmt.Fprintf(w, "%-16s %-9s %6.3f", c.Name, c.Kind, c.AUC)
		for i, v := range c.Values[:min(len(c.Values), 2)] {
			sep := map[bool]string{true: "  ", false: "; "}[i == 0]
			fmt.Fprintf(w, "%s%s: %s, %.0f%% of %d", sep, shortened(v.Value), printable(v.Label), 100*v.Share, v.Count)
		}
		fmt.Fprintln(w)
	}
	writeExamples(w, r.Columns)
}

// writeExamples names files of the column that tells most.
func writeExamples(w io.Writer, columns []stage.AuditColumn) {
	i := slices.IndexFunc(columns, func(c stage.AuditColumn) bool { return c.Kind != audit.OfRecord && len(c.Values) > 0 })
	if i < 0 {
		return
	}
	fmt.Fprintf(w, "\nfor example, by %s:\n", columns[i].Name)
	for _, v := range columns[i].Values[:min(len(columns[i].Values), 2)] {
		fmt.Fprintf(w, "  %s: %s  %s\n", shortened(v.Value), printable(v.Label), printable(v.Examples[0]))
	}
}

// shortened is a value that fits on a line with others.
func shortened(value string) string {
	const most = 32
	if value == "" {
		return "none"
	}
	if r := []rune(value); len(r) > most {
		return printable(string(r[:most])) + "..."
	}
	return printable(value)
}

func writeFix(w io.Writer, r stage.FixResult) {
	fmt.Fprintf(w, "\nThe equal set in %s: %d images, %d made now, of %dx%d pixels, JPEG quality %d to %d, view %s.\n",
		printable(r.Dir), r.Images, r.Made, r.Policy.Side, r.Policy.Side, r.Policy.Quality[0], r.Policy.Quality[1], r.Policy.View)
	for _, label := range slices.Sorted(maps.Keys(r.TooSmall)) {
		fmt.Fprintf(w, "%d of %s left out: their shorter side has less than %d pixels\n", r.TooSmall[label], printable(label), r.Policy.Least())
	}
	fmt.Fprintf(w, "Of it: %s\n\n", r.After.Finding)
	writeAuditFigures(w, *r.After)
	if c := r.After.Kinds[audit.OfContent]; c > .6 && r.After.Verdict != audit.Clean {
		fmt.Fprintf(w, "\nWhat is left are the bytes: how much there is to see in the pictures, not how they were saved.\n")
	}
	fmt.Fprintf(w, "\ncurate --catalog %s train\n", quoted([]string{r.Catalog}))
}
