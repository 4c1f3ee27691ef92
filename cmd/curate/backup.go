package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/stage"
)

func newBackupCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "backup FILE",
		Short:   "Write a consistent copy of the catalogue, also while others work on it",
		Example: "  curate backup curate-monday.db",
		Args:    usageArgs(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.runBackup(cmd.Context(), args[0]) },
	}
}

func (a *app) runBackup(ctx context.Context, file string) error {
	return a.withCatalog(ctx, "backup", reads, func(env *stage.Env) error {
		r, err := stage.Backup(ctx, env, file)
		if err != nil {
			return err
		}
		return a.emit(r, func(w io.Writer) {
			fmt.Fprintf(w, "copied the catalogue (%s, %d bytes) to %s\n", count(r.Images, "image", "images"), r.Bytes, printable(r.File))
		})
	})
}
