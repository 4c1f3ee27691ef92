package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/stage"
)

func newDemoCmd(a *app) *cobra.Command {
	var o stage.DemoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The guided tour: the main job on pictures that curate draws itself",
		Long: `Demo draws a heap of photo-like scenes in DIR, some as a camera takes them and some as
a picture generator makes them, with exact copies, edited copies and faults planted
among them. It runs the main job on the heap (ingest, check, dedup, split, train,
evaluate) and prints what was planted against what was found.

The pictures are drawn: its figures show that the chain works, not how well it does
on real photographs. It keeps a catalogue of its own, DIR/curate.db, whatever
--catalog says. Run it again and it goes on where it was; with another --count or
--seed it starts afresh.`,
		Example: `  curate demo
  curate demo --dir /tmp/tour --count 120 --seed 7`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Count < 1 {
				return usageError(fmt.Errorf("--count %d: draw at least one scene", o.Count))
			}
			return a.runDemo(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Dir, "dir", "demo", "`DIR` for pictures and catalogue; made if it is not there")
	f.IntVar(&o.Count, "count", scene.DefaultCount, "`N` different scenes; copies and faults come on top")
	f.Uint64Var(&o.Seed, "seed", 1, "`S` of everything that is drawn")
	return cmd
}

func (a *app) runDemo(ctx context.Context, o stage.DemoOptions) error {
	a.catalog = filepath.Join(o.Dir, "curate.db")
	o.Version = currentVersion()
	env, err := a.env(nil)
	if err != nil {
		return err
	}
	if err := stage.ReadyForDemo(ctx, env); err != nil {
		return err
	}
	planted, err := a.drawDemo(ctx, o)
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, "demo", collects, func(env *stage.Env) error {
		r, err := stage.Demo(ctx, env, o, planted)
		if err != nil {
			return err
		}
		view, err := catalog.NewView("")
		if err != nil {
			return err
		}
		r.Train.Dir, r.Evaluate.Report = view.Show(r.Train.Dir), view.Show(r.Evaluate.Report)
		for i, u := range r.Ingest.Unusable {
			r.Ingest.Unusable[i].Path = view.Show(u.Path)
		}
		return a.emit(r, func(w io.Writer) { writeDemo(w, r) })
	})
}

// drawDemo draws the heap, and takes away a catalogue that knows another one. If
// there is a catalogue its lock is held meanwhile, so that no other demo reads
// pictures that are being replaced.
func (a *app) drawDemo(ctx context.Context, o stage.DemoOptions) (planted scene.Planted, err error) {
	draw := func(env *stage.Env) error {
		planted, err = stage.DrawDemo(ctx, env, o)
		return err
	}
	if _, statErr := os.Stat(a.catalog); errors.Is(statErr, fs.ErrNotExist) {
		env, err := a.env(nil)
		if err != nil {
			return planted, err
		}
		return planted, draw(env)
	}
	if err := a.withCatalog(ctx, "demo", works, draw); err != nil || !planted.Drawn {
		return planted, err
	}
	return planted, removeDemoCatalog(o.Dir)
}

// removeDemoCatalog leaves the lock file: whoever waits for it has it open.
func removeDemoCatalog(dir string) error {
	for _, name := range []string{"curate.db", "curate.db-wal", "curate.db-shm", "curate.cache", "runs"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func writeDemo(w io.Writer, r stage.DemoResult) {
	if r.Drawn {
		fmt.Fprintf(w, "drew %d files in %s\n", r.Files, filepath.Join(r.Dir, "raw"))
	} else {
		fmt.Fprintf(w, "%d files in %s were drawn before\n", r.Files, filepath.Join(r.Dir, "raw"))
	}
	fmt.Fprintf(w, "\n%-12s %8s %7s  %s\n", "planted", "planted", "found", "found means")
	for _, row := range r.Truth.Rows {
		fmt.Fprintf(w, "%-12s %8d %7d  %s\n", row.What, row.Planted, row.Found, row.How)
	}
	writeMissedEdits(w, r.Truth.Edits)
	t := r.Truth
	fmt.Fprintf(w, "\nof %d originals: %d removed wrongly, %d flagged wrongly\n", t.Originals, len(t.FalseRemovals), t.FlaggedOriginals)
	for _, path := range t.FalseRemovals {
		fmt.Fprintf(w, "  removed wrongly: %s\n", filepath.Join(r.Dir, path))
	}
	fmt.Fprintf(w, "split: %s torn apart; %s not found and in another part than the original\n",
		count(t.TornClusters, "cluster", "clusters"), count(len(t.Leaks), "copy", "copies"))
	writeDemoFigures(w, r)
	writeDemoTimes(w, r)
	writeDemoNext(w, r)
}

// writeDemoFigures says what the classifier is worth on pictures it never saw.
func writeDemoFigures(w io.Writer, r stage.DemoResult) {
	t, e := r.Train, r.Evaluate
	fmt.Fprintf(w, "\n%s of %s at %d px on %s: %d train, %d val, %d test images\n",
		t.Mode, t.Model, t.Resolution, t.Device, r.Split.Train, r.Split.Val, r.Split.Test)
	fmt.Fprintf(w, "on test: accuracy %.3f, F1 %.3f, precision %.3f, recall %.3f, AUC %.3f (positive class %s)\n",
		e.Accuracy, e.F1, e.Precision, e.Recall, e.AUC, e.Positive)
	fmt.Fprintf(w, "report: %s\n", r.Evaluate.Report)
}

// writeMissedEdits names the kinds of edits of which some were not found.
func writeMissedEdits(w io.Writer, rows []stage.DemoRow) {
	var missed []string
	for _, row := range rows {
		if row.Found < row.Planted {
			missed = append(missed, fmt.Sprintf("%s %d of %d", row.What, row.Planted-row.Found, row.Planted))
		}
	}
	if len(missed) > 0 {
		fmt.Fprintf(w, "edits not found: %s\n", strings.Join(missed, ", "))
	}
}

func writeDemoTimes(w io.Writer, r stage.DemoResult) {
	var parts []string
	for _, s := range r.Steps {
		parts = append(parts, fmt.Sprintf("%s %.1f s", s.Stage, s.Seconds))
	}
	fmt.Fprintf(w, "%s: %.1f s in all\n", strings.Join(parts, ", "), r.Seconds)
}

func writeDemoNext(w io.Writer, r stage.DemoResult) {
	fmt.Fprintf(w, "\nthe pictures are drawn; next, with your own:\n")
	for _, line := range []string{"curate ingest FOLDER", "curate check", "curate dedup", "curate split", "curate train", "curate evaluate"} {
		fmt.Fprintf(w, "  %s\n", line)
	}
	fmt.Fprintf(w, "or look around in this set: curate --catalog %s images --status removed\n", filepath.Join(r.Dir, "curate.db"))
}
