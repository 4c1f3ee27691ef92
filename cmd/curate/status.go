package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func newStatusCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Counts at a glance, and what comes next",
		Example: "  curate status",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.runStatus(cmd.Context()) },
	}
}

func (a *app) runStatus(ctx context.Context) error {
	return a.withCatalog(ctx, "status", reads, func(env *stage.Env) error {
		r, err := stage.Status(ctx, env)
		if err != nil {
			return err
		}
		return a.emit(r, func(w io.Writer) { writeStatus(w, r) })
	})
}

func writeStatus(w io.Writer, r stage.StatusResult) {
	writeFunnel(w, r)
	writeCounts(w, "label", r.Labels)
	writeCounts(w, "subject", r.Subjects)
	writeCounts(w, "source", r.Sources)
	writeCounts(w, "generator", r.Generators)
	splits := map[string]int{}
	for s, n := range r.Splits {
		splits[string(s)] = n
	}
	writeCounts(w, "split", splits)
	writeCounts(w, "issues", r.Issues)
	for _, e := range r.Embeddings {
		fmt.Fprintf(w, "%-12s %d images by %s, layers %s, %d px, %s\n", "described", e.Images, e.Model, orDash(e.Layers), e.Resolution, e.Precision)
	}
	for _, run := range r.Runs {
		fmt.Fprintf(w, "%-12s %s %s, begun %s\n", "last "+run.Kind, run.Name, run.Status, run.Started.Format(time.RFC3339))
	}
	if r.Staying > 0 {
		fmt.Fprintf(w, "%s in place; `curate apply` moves them away when you want that\n", count(r.Staying, "file of a removed image is still", "files of removed images are still"))
	}
	if r.Next != nil {
		fmt.Fprintf(w, "next: %s\n", *r.Next)
	}
}

// writeFunnel says where the images went.
func writeFunnel(w io.Writer, r stage.StatusResult) {
	row := func(name string, n int, notes ...string) {
		fmt.Fprintf(w, "%-12s %8d", name, n)
		if text := strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), ", "); text != "" {
			fmt.Fprintf(w, "  %s", text)
		}
		fmt.Fprintln(w)
	}
	some := func(n int, text string) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("%d %s", n, text)
	}
	row("files", r.Locations, some(r.Exact, "exact copies"), some(r.Unreadable, "cannot be read"), some(r.Gone, "more are gone"))
	row("images", r.Images, some(r.Unchecked, "not checked yet"))
	row("  invalid", r.Status[catalog.Invalid])
	row("  missing", r.Status[catalog.Missing])
	row("  removed", r.Status[catalog.Removed], some(r.Removed.Copies, "copies"), some(r.Removed.Similar, "look-alikes"), some(r.Removed.Verdict, "by verdict"))
	row("  review", r.Status[catalog.Review])
	row("  kept", r.Status[catalog.Kept])
	if r.Clusters > 0 {
		row("clusters", r.Clusters, some(r.Pairs, "pairs of copies"))
	}
	if r.Similar.Clusters > 0 {
		row("look-alikes", r.Similar.Clusters, some(r.Similar.Pairs, "similar pairs"))
	}
	if r.Verdicts > 0 {
		row("verdicts", r.Verdicts)
	}
}

const shownCounts = 12

// writeCounts prints what the kept images are, the most frequent first; nothing where nothing is said.
func writeCounts(w io.Writer, name string, counts map[string]int) {
	if len(counts) == 0 || len(counts) == 1 && counts[""] > 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	var parts []string
	for i, k := range keys {
		if i == shownCounts {
			parts = append(parts, fmt.Sprintf("and %d more", len(keys)-i))
			break
		}
		parts = append(parts, fmt.Sprintf("%s %d", printable(orDash(k)), counts[k]))
	}
	fmt.Fprintf(w, "%-12s %s\n", name, strings.Join(parts, ", "))
}
