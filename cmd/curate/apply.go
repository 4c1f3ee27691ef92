package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

func newApplyCmd(a *app) *cobra.Command {
	var o stage.ApplyOptions
	cmd := &cobra.Command{
		Use:   "apply --move-removed DIR | --trash-removed",
		Short: "Carry the marks to the files: those of removed images leave",
		Long: `Apply moves every file of a removed image into DIR, where the folders below the
ingested one are kept, or into the trash of the desktop. All other files stay. Before
a file is touched it is journaled, and its SHA-256 is compared with the recorded one:
a file that has changed stays, and is named, and so does one whose keeper, the image
that is kept in its place, is not found. Nothing is overwritten. "curate undo" brings
the files back, also after a crash; running apply again finishes what was begun.
Pictures inside archives cannot leave. DIR may not lie inside an ingested folder, nor
hold one.`,
		Example: `  curate apply --move-removed ../removed --dry-run
  curate apply --trash-removed`,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (o.Dir == "") == !o.Trash {
				return usageError(errors.New("say where removed files go: --move-removed DIR or --trash-removed, one of the two"))
			}
			o.Command = commandLine(cmd, args)
			return a.runApply(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Dir, "move-removed", "", "`DIR` that the files of removed images are moved to; it is made where it is not there")
	f.BoolVar(&o.Trash, "trash-removed", false, "move them into the trash")
	f.BoolVar(&o.DryRun, "dry-run", false, "only say what would be moved")
	return cmd
}

func (a *app) runApply(ctx context.Context, o stage.ApplyOptions) error {
	view, err := catalog.NewView("")
	if err != nil {
		return err
	}
	return a.withCatalog(ctx, "apply", works, func(env *stage.Env) error {
		r, err := stage.Apply(ctx, env, o)
		for i, s := range r.Skipped {
			r.Skipped[i].Path = view.Show(s.Path)
			a.notice("stays: %s: %s", printable(r.Skipped[i].Path), printable(s.Reason))
		}
		a.unusable += len(r.Skipped) + r.Members
		switch {
		case errors.Is(err, stage.ErrApplyFolder):
			return usageError(err)
		case err != nil:
			return err
		}
		for i, m := range r.Moved {
			r.Moved[i] = stage.MovedFile{Path: view.Show(m.Path), To: view.Show(m.To)}
		}
		return a.emit(r, func(w io.Writer) { writeApply(w, r) })
	})
}

func writeApply(w io.Writer, r stage.ApplyResult) {
	verb := "moved"
	if r.DryRun {
		verb = "would be moved"
		for i, m := range r.Moved {
			if i == shownTargets {
				fmt.Fprintf(w, "  ... and %d more (--json lists all)\n", len(r.Moved)-i)
				break
			}
			fmt.Fprintf(w, "  %s -> %s\n", printable(m.Path), printable(m.To))
		}
	}
	fmt.Fprintf(w, "%s (%.1f MB) %s", count(r.Files, "file", "files"), float64(r.Bytes)/1e6, verb)
	if r.Step != nil {
		fmt.Fprintf(w, " (step %d: curate undo takes it back)", *r.Step)
	}
	fmt.Fprintln(w)
	if len(r.Skipped) > 0 {
		fmt.Fprintln(w, count(len(r.Skipped), "file of a removed image stays, for the reason above", "files of removed images stay, each for its reason above"))
	}
	if r.Members > 0 {
		fmt.Fprintln(w, count(r.Members, "removed picture inside an archive cannot leave", "removed pictures inside archives cannot leave"))
	}
	if r.Exact > 0 {
		fmt.Fprintf(w, "%s; see `curate pairs`\n", count(r.Exact, "exact copy of a kept image stays where it is", "exact copies of kept images stay where they are"))
	}
}
