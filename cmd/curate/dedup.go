package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/stage"
)

type dedupOptions struct {
	stage.DedupOptions
	kind, score, quality string
	against              []string
	rules                []string
}

func newDedupCmd(a *app) *cobra.Command {
	var o dedupOptions
	var names []string
	for _, r := range dedup.Rules() {
		names = append(names, r.Name)
	}
	cmd := &cobra.Command{
		Use:   "dedup",
		Short: "Find copies, keep the best of each, mark the rest",
		Long: `Dedup compares every picture with every other: perceptual hashes in all eight
orientations, and descriptors of a Vision Transformer. Pairs from the threshold on
are grouped so that every picture is close to the one that is kept; the rest is
marked as removed, or for review where the labels differ. Files are not touched.
A second run replaces its own marks; your verdicts stay.

--threshold 0.9 means that nine in ten pairs at that score are copies, with every
model and any number of pictures. How many copies there are among your pictures is
estimated from the pairs that are found, and said with the result.

--kind similar looks for another thing: the same scene, burst or prompt, of which
--keep N stay, the best one and then always the one that is least like those
before it. Marks of copies and of look-alikes stand side by side.`,
		Example: `  curate dedup
  curate dedup --threshold 0.8 --quality fast --dry-run
  curate dedup --against test-set
  curate dedup --kind similar --keep 3`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Command = commandLine(cmd, args)
			return a.runDedup(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.Float64Var(&o.Threshold, "threshold", 0.9, "`SCORE` from 0 to 1 from which a pair counts")
	f.StringVar(&o.kind, "kind", "copy", "copy: one picture, edited; similar: the same scene, burst or prompt")
	f.IntVar(&o.Keep, "keep", 1, "with --kind similar: `N` of a group stay")
	f.StringVar(&o.score, "score", "similarity", "similarity (calibrated) or cosine")
	f.StringVar(&o.quality, "quality", "balanced", "fast, balanced or best: the trained encoder inside curate at 112, 140 or 168 pixels (--kind similar: another one inside curate, best the standard encoder)")
	f.StringVar(&o.Model, "model", "", "encoder: builtin:2 (or builtin), builtin:1, an imported `NAME`, a Hub id, a folder, an .onnx file or what model shrink wrote (default: that of the quality)")
	f.IntVar(&o.HashDistance, "hash-distance", 6, "`BITS` of 64 up to which hashes count at all")
	f.StringVar(&o.Within, "within", "", "only pairs that have the same label or subject")
	f.StringArrayVar(&o.against, "against", nil, "only pairs of a picture under `PATH`, which stays, and one that is not; may be given again")
	f.StringSliceVar(&o.rules, "keep-by", names, "`RULES` that choose what is kept, in order")
	f.BoolVar(&o.DryRun, "dry-run", false, "say what would be marked, and mark nothing")
	return cmd
}

func (a *app) runDedup(ctx context.Context, o dedupOptions) (err error) {
	o.Kind, o.Quality = catalog.PairKind(o.kind), stage.Quality(o.quality)
	if o.score != "similarity" && o.score != "cosine" {
		return usageError(fmt.Errorf("--score %s: use similarity or cosine", o.score))
	}
	o.Cosine = o.score == "cosine"
	if o.Rules, err = dedup.PickRules(o.rules...); err != nil {
		return usageError(err)
	}
	if err := o.Check(); err != nil {
		return usageError(err)
	}
	for _, p := range o.against {
		stored, err := catalog.Canonical(p)
		if err != nil {
			return err
		}
		o.Against = append(o.Against, stored)
	}
	return a.withCatalog(ctx, "dedup", works, func(env *stage.Env) error {
		r, err := stage.Dedup(ctx, env, o.DedupOptions)
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
		return a.emit(r, func(w io.Writer) {
			writeDedup(w, r)
			next := afterDedup(r)
			if a.onTerminal() && !r.DryRun && r.Clusters > 0 {
				next = reviewAt(r, pageOpen(ctx, env.Cache, duplicatesPage(r)), a.self())
			}
			fmt.Fprintf(w, "next: %s\n", next)
		})
	})
}

// afterDedup says what leads on: to look at what was found, then to divide what is left.
func afterDedup(r stage.DedupResult) string {
	look := "curate clusters"
	if r.Kind == catalog.SimilarPair {
		look += " --kind similar"
	}
	switch {
	case r.DryRun:
		return "the same without --dry-run marks them"
	case r.Clusters == 0:
		return "curate split"
	}
	return fmt.Sprintf("look at them with `%s` or `curate serve`; then `curate split`", look)
}

// reviewAt says to a person where the clusters can be looked at: on the page at url, which is open, or on
// one to be opened.
func reviewAt(r stage.DedupResult, url, self string) string {
	if url == "" {
		return fmt.Sprintf("review %s: `%s serve --open`; then `%s split`", count(r.Clusters, "cluster", "clusters"), self, self)
	}
	return fmt.Sprintf("review %s: %s ; then `%s split`", count(r.Clusters, "cluster", "clusters"), url, self)
}

func duplicatesPage(r stage.DedupResult) string {
	if r.Kind == catalog.SimilarPair {
		return "duplicates?kind=similar"
	}
	return "duplicates"
}

func writeDedup(w io.Writer, r stage.DedupResult) {
	fmt.Fprintf(w, "%s at %s %g or more, in %s\n", count(r.Pairs, "pair", "pairs"), r.Score, r.Threshold, count(r.Clusters, "cluster", "clusters"))
	would := ""
	if r.DryRun {
		would = "would be "
	}
	fmt.Fprintf(w, "%s: %s%d kept, %d removed, %d for review\n", count(r.Images, "image", "images"), would, r.Kept, r.Removed, r.Review)
	var how []string
	if r.Model != nil {
		how = append(how, fmt.Sprintf("%s at %d px", *r.Model, r.Resolution))
	}
	if r.CosineAt != nil {
		how = append(how, fmt.Sprintf("cosine from %.3f", *r.CosineAt))
	}
	if r.HashDistance >= 0 {
		how = append(how, fmt.Sprintf("hashes up to %d bits", r.HashDistance))
	}
	if r.Calibration != nil {
		how = append(how, "calibration: "+*r.Calibration)
	}
	if r.Prior != nil {
		how = append(how, fmt.Sprintf("about %.0f in 100 pictures taken for copies", 100**r.Prior))
	}
	if len(how) > 0 {
		fmt.Fprintf(w, "%s\n", strings.Join(how, ", "))
	}
	fmt.Fprintf(w, "%.1f s: %.1f s embedding, %.1f s comparing\n", r.Seconds, r.EmbedSeconds, r.SearchSeconds)
}
