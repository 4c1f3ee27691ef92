package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/curate/curate/internal/stage"
)

func newDoctorCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what works on this machine, and how to mend what does not",
		Long: "Look at everything that curate needs: the runtime library and its devices, the standard encoder, the catalogue, folders\n" +
			"and their space, the Hub's settings. Every line is ok, warn or missing, with the command that mends it; nothing is\n" +
			"changed and nothing is downloaded. The exit code is 1 if something is missing.",
		Example: "  curate doctor\n  curate doctor --device cuda:0\n  curate doctor --json",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), a) },
	}
}

func runDoctor(ctx context.Context, a *app) error {
	env, err := a.env(nil)
	if err != nil {
		return err
	}
	r := stage.Doctor(ctx, env, stage.DoctorOptions{Version: currentVersion(), Catalog: a.catalog})
	if err := a.emit(r, func(w io.Writer) { printFindings(w, r.Findings) }); err != nil {
		return err
	}
	if !r.OK {
		return errors.New("something is missing; the lines above say what mends it")
	}
	return nil
}

func printFindings(w io.Writer, findings []stage.Finding) {
	for _, f := range findings {
		fmt.Fprintf(w, "%-8s %-18s %s\n", f.State, f.Name, f.Text)
		if f.Mend != "" {
			fmt.Fprintf(w, "%-8s %-18s mend it with: %s\n", "", "", f.Mend)
		}
	}
}
