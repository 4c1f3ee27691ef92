package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

type imagesOptions struct {
	status, issue, split, format      []string
	label, subject, source, generator []string
	minScore                          float64
	limit                             int
}

func newImagesCmd(a *app) *cobra.Command {
	var o imagesOptions
	cmd := &cobra.Command{
		Use:   "images [PATH...]",
		Short: "List images: what they are, where they are, what becomes of them and why",
		Long: `Images lists the catalogue, one image a line; with PATHs, what lies at or under them.
Several values of one flag mean any of them, several flags all of them. An empty
value ('--label ""') means images of which nothing is said.`,
		Example: `  curate images --status review
  curate images photos --label real --issue blurry,dark
  curate images --status removed --json | jq -r .path`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.runImages(cmd.Context(), args, o) },
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.status, "status", nil, "`S`: kept, removed, review, invalid or missing")
	f.StringArrayVar(&o.label, "label", nil, "`L`: label")
	f.StringArrayVar(&o.subject, "subject", nil, "`S`: subject")
	f.StringArrayVar(&o.source, "source", nil, "`NAME` of a source")
	f.StringArrayVar(&o.generator, "generator", nil, "`NAME` of a generator")
	f.StringSliceVar(&o.issue, "issue", nil, "`I,J`: flagged with one of these faults")
	f.Float64Var(&o.minScore, "min-score", 0, "with --issue: `SCORE` of the fault, instead of its flag")
	f.StringArrayVar(&o.split, "split", nil, "`P`: train, val, test, or '' for none")
	f.StringSliceVar(&o.format, "format", nil, "`F`: jpeg, png, ...")
	f.IntVar(&o.limit, "limit", 0, "`N` images at most, 0 for all")
	return cmd
}

// filter checks the values that come from a fixed set.
func (o imagesOptions) filter() (catalog.Filter, error) {
	f := catalog.Filter{Label: o.label, Subject: o.subject, Source: o.source, Generator: o.generator, Issue: o.issue, MinScore: o.minScore,
		Format: o.format, Limit: o.limit}
	for _, s := range o.status {
		if !slices.Contains(catalog.Statuses(), catalog.Status(s)) {
			return f, usageError(fmt.Errorf("no status is called %q: use kept, removed, review, invalid or missing", s))
		}
		f.Status = append(f.Status, catalog.Status(s))
	}
	for _, s := range o.split {
		if !slices.Contains([]string{"", "train", "val", "test"}, s) {
			return f, usageError(fmt.Errorf("no split is called %q: use train, val, test, or an empty value for none", s))
		}
		f.Split = append(f.Split, catalog.Split(s))
	}
	if o.limit < 0 {
		return f, usageError(fmt.Errorf("--limit %d: a number from 0 on", o.limit))
	}
	return f, checkIssues(o.issue, o.minScore)
}

func (a *app) runImages(ctx context.Context, args []string, o imagesOptions) error {
	f, err := o.filter()
	if err != nil {
		return err
	}
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	for _, arg := range args {
		f.Under = append(f.Under, view.Stored(arg)...)
	}
	return a.withCatalog(ctx, "images", reads, func(env *stage.Env) error {
		n := 0
		err := stage.Images(ctx, env, f, view, func(r stage.ImageRow) error {
			n++
			return a.emit(r, func(w io.Writer) { writeImage(w, r) })
		})
		if err == nil && n == 0 {
			a.notice("no image answers to this")
		}
		return err
	})
}

func writeImage(w io.Writer, r stage.ImageRow) {
	said := strings.TrimSuffix(orDash(value(r.Label))+"/"+value(r.Subject), "/")
	fmt.Fprintf(w, "%6d  %-7s  %-16s  %9s  %s", r.ID, r.Status, said, size(r.Width, r.Height), where(r))
	if n := len(r.Locations); n > 1 {
		fmt.Fprintf(w, " (and %d more)", n-1)
	}
	var notes []string
	if len(r.Issues) > 0 {
		notes = append(notes, strings.Join(r.Issues, ", "))
	}
	if r.Reason != nil {
		notes = append(notes, printable(*r.Reason))
	}
	if len(notes) > 0 {
		fmt.Fprintf(w, "  [%s]", strings.Join(notes, "; "))
	}
	fmt.Fprintln(w)
}

// where is the path of an image, or what else names it when all its locations were forgotten.
func where(r stage.ImageRow) string {
	if r.Path == nil {
		return "SHA-256 " + r.SHA256.String()[:12]
	}
	return printable(*r.Path)
}

// value is what a pointer points to, or nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// size is 640x480, or a dash.
func size(w, h *int) string {
	if w == nil || h == nil {
		return "-"
	}
	return fmt.Sprintf("%dx%d", *w, *h)
}
