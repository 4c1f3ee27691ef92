package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/stage"
)

func newRelocateCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "relocate OLD NEW",
		Short: "Note that a folder, archive or file has moved from OLD to NEW",
		Long: `Relocate rewrites the recorded paths at or under OLD. It touches no file, and reads
none: run "curate ingest NEW" afterwards to see that everything is there.`,
		Example: "  curate relocate /mnt/old/photos /data/photos",
		Args:    usageArgs(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runRelocate(cmd.Context(), commandLine(cmd, args), args[0], args[1])
		},
	}
}

func (a *app) runRelocate(ctx context.Context, command, old, new string) error {
	return a.withCatalog(ctx, "relocate", works, func(env *stage.Env) error {
		r, err := stage.Relocate(ctx, env, command, old, new)
		if err != nil {
			return err
		}
		if r.Changed == 0 {
			a.notice("nothing is recorded at or under %s", printable(old))
		} else if _, err := os.Stat(new); err != nil {
			a.notice("%s is not there now; \"curate undo\" takes this back", printable(new))
		}
		return a.emit(r, func(w io.Writer) { fmt.Fprintf(w, "%s changed\n", count(r.Changed, "location", "locations")) })
	})
}
