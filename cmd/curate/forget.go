package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/stage"
)

func newForgetCmd(a *app) *cobra.Command {
	source := ""
	cmd := &cobra.Command{
		Use:   "forget PATH | --source S",
		Short: "Drop what is recorded of a folder, archive, file or source",
		Long: `Forget drops locations from the catalogue, not files from the disk. Images that are
nowhere else become missing; verdicts on them stay, and hold again when they return.`,
		Example: "  curate forget old-photos\n  curate forget --source crawl-1",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (source != "") || len(args) == 1 && args[0] == "" {
				return usageError(errors.New("name a path, or give --source: one of the two"))
			}
			path := ""
			if len(args) == 1 {
				path = args[0]
			}
			return a.runForget(cmd.Context(), commandLine(cmd, args), path, source)
		},
	}
	cmd.Flags().StringVar(&source, "source", "", "`S`: everything from this source")
	return cmd
}

func (a *app) runForget(ctx context.Context, command, path, source string) error {
	return a.withCatalog(ctx, "forget", works, func(env *stage.Env) error {
		r, err := stage.Forget(ctx, env, command, path, source)
		if err != nil {
			return err
		}
		if r.Changed == 0 {
			a.notice("nothing is recorded at, under or from %s", printable(path+source))
		}
		return a.emit(r, func(w io.Writer) { fmt.Fprintf(w, "%s forgotten\n", count(r.Changed, "location", "locations")) })
	})
}
