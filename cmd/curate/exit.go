package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/curate/curate/catalog"
)

// The exit codes that scripts rely on.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnusable    = 3 // with --strict: done, but some inputs were unusable
	exitLocked      = 4 // the catalogue is locked, or newer than this program
	exitInterrupted = 130
)

// exitError is an error that asks for a certain exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usageError(err error) error { return &exitError{code: exitUsage, err: err} }

func errUnusable(n int) error {
	return fmt.Errorf("%s unusable (--strict)", count(n, "input was", "inputs were"))
}

// usageArgs makes a wrong number of arguments an error of usage.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError(fmt.Errorf("%w\nusage: %s", err, cmd.UseLine()))
		}
		return nil
	}
}

// report prints err as a person should read it and returns the exit code: the
// one table from errors to codes.
func (a *app) report(ctx context.Context, err error) int {
	var coded *exitError
	var locked *catalog.LockedError
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil || errors.Is(err, context.Canceled):
		fmt.Fprintln(a.stderr, "curate: interrupted; what is done is kept, run the same command again to go on")
		return exitInterrupted
	}
	fmt.Fprintln(a.stderr, "curate: "+err.Error())
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &locked), errors.Is(err, catalog.ErrNewer):
		return exitLocked
	}
	return exitFailed
}
