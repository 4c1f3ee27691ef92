package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// commandLine is how the user called a command, for the journal, with the paths as
// they were given. Of the global flags only the one that changes what comes out is told.
func commandLine(cmd *cobra.Command, args []string) string {
	words := []string{cmd.CommandPath()}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if cmd.InheritedFlags().Lookup(f.Name) == nil || f.Name == "resolution" {
			words = append(words, flagWords(f)...)
		}
	})
	if len(args) > 0 {
		words = append(words, quoted(args))
	}
	return strings.Join(words, " ")
}

// flagWords is a flag as it can be given again.
func flagWords(f *pflag.Flag) []string {
	name, value := "--"+f.Name, f.Value.String()
	list, isList := f.Value.(pflag.SliceValue)
	switch {
	case f.Value.Type() == "bool" && value == "true":
		return []string{name}
	case f.Value.Type() == "bool":
		return []string{name + "=" + value}
	case isList && f.Value.Type() == "stringArray":
		var words []string
		for _, v := range list.GetSlice() {
			words = append(words, name, quoted([]string{v}))
		}
		return words
	case isList:
		value = strings.Join(list.GetSlice(), ",")
	}
	return []string{name, quoted([]string{value})}
}

func newLogCmd(a *app) *cobra.Command {
	limit := 0
	cmd := &cobra.Command{
		Use:     "log",
		Short:   "The journal: what each command changed",
		Example: "  curate log --limit 10",
		Args:    usageArgs(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.runLog(cmd.Context(), limit) },
	}
	cmd.Flags().IntVar(&limit, "limit", 0, "`N` newest steps, 0 for all")
	return cmd
}

func (a *app) runLog(ctx context.Context, limit int) error {
	return a.withCatalog(ctx, "log", reads, func(env *stage.Env) error {
		steps, err := stage.Log(ctx, env, limit)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if err := a.emit(s, func(w io.Writer) { writeStep(w, s) }); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeStep(w io.Writer, s stage.StepRow) {
	state := ""
	switch {
	case s.Undone:
		state = " (undone)"
	case s.Open:
		state = " (not finished: run the same command again, or take it back with curate undo)"
	}
	fmt.Fprintf(w, "%5d  %s  %s: %s%s\n", s.ID, s.Time.Format(time.RFC3339), printable(s.Command), printable(s.Summary), state)
}

func newUndoCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "undo [STEP]",
		Short: "Take back the last step, or just the one that is named",
		Long: `Undo takes back the last step of the journal that changed something, or the STEP that
"curate log" names. A step that a later one built on is refused, naming the later.
What an ingest found cannot be undone: "curate forget" drops it.`,
		Example: "  curate undo\n  curate undo 12",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runTravel(cmd.Context(), "undo", stage.Undo, args)
		},
	}
}

func newRedoCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "redo [STEP]",
		Short:   "Do again what was undone",
		Long:    `Redo does the step again that was undone last, unless another was made since, or the STEP that is named.`,
		Example: "  curate redo",
		Args:    usageArgs(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runTravel(cmd.Context(), "redo", stage.Redo, args)
		},
	}
}

type travel func(context.Context, *stage.Env, catalog.StepID) (stage.StepRow, error)

func (a *app) runTravel(ctx context.Context, name string, do travel, args []string) error {
	var step catalog.StepID
	if len(args) > 0 {
		var err error
		if step, err = strconv.ParseInt(args[0], 10, 64); err != nil || step < 1 {
			return usageError(fmt.Errorf("%q is no step: give a number that \"curate log\" lists", args[0]))
		}
	}
	return a.withCatalog(ctx, name, decides, func(env *stage.Env) error {
		s, err := do(ctx, env, step)
		if name == "redo" && step == 0 && errors.Is(err, catalog.ErrNothing) {
			return errors.New("nothing to do again: no step was undone last, or another was made since")
		}
		if err != nil {
			return err
		}
		verb := "undone"
		if !s.Undone {
			verb = "done again"
		}
		return a.emit(s, func(w io.Writer) {
			fmt.Fprintf(w, "step %d is %s: %s: %s\n", s.ID, verb, printable(s.Command), printable(s.Summary))
		})
	})
}
