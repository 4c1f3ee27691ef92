package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/progress"
)

// app is what every command shares: the global flags and where output goes.
type app struct {
	stdin  io.Reader
	stdout *keeper
	stderr io.Writer

	catalog    string // path of the catalogue
	device     string
	threads    int
	resolution int
	quiet      bool
	json       bool
	strict     bool

	unusable int // inputs that this command could not use, for --strict
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: &keeper{w: stdout}, stderr: stderr}
}

func (a *app) addFlags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.catalog, "catalog", envOr("CURATE_CATALOG", "curate.db"), "`PATH` of the catalogue ($CURATE_CATALOG)")
	f.StringVar(&a.device, "device", "auto", "where models run: auto, cpu, cuda[:N], tensorrt, coreml, openvino or directml")
	f.IntVar(&a.threads, "threads", 0, "processor threads to use, 0 for all")
	f.IntVar(&a.resolution, "resolution", 0, "side in `PX` of the picture a model sees, 0 for the model's own")
	f.BoolVar(&a.quiet, "quiet", false, "no progress and no notices on stderr")
	f.BoolVar(&a.json, "json", false, "machine-readable output: one JSON object on stdout, or one a line for lists")
	f.BoolVar(&a.strict, "strict", false, "exit with 3 when some inputs were unusable")
}

// checkFlags refuses values of global flags that no machine could serve, before
// anything is opened.
func (a *app) checkFlags() error {
	if _, err := ort.ParseDevice(a.device); err != nil {
		return usageError(fmt.Errorf("--device: %w", err))
	}
	if a.threads < 0 {
		return usageError(fmt.Errorf("--threads %d: a number of threads, or 0 for all", a.threads))
	}
	if a.resolution < 0 {
		return usageError(fmt.Errorf("--resolution %d: a number of pixels, or 0 for the model's own", a.resolution))
	}
	return nil
}

func envOr(name, def string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return def
}

// emit prints the result of a command: v as one JSON object on one line with
// --json, what human writes otherwise.
func (a *app) emit(v any, human func(w io.Writer)) error {
	if a.json {
		return a.line(v)
	}
	human(a.stdout)
	return a.stdout.err
}

// keeper keeps the first error of a writer, so that text can be written without
// looking after each line.
type keeper struct {
	w   io.Writer
	err error
}

func (k *keeper) Write(p []byte) (int, error) {
	if k.err != nil {
		return 0, k.err
	}
	n, err := k.w.Write(p)
	if err != nil {
		k.err = fmt.Errorf("write result: %w", err)
	}
	return n, k.err
}

// line prints one JSON object of a list.
func (a *app) line(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	_, err = a.stdout.Write(append(data, '\n'))
	return err
}

// notice tells the user, on stderr, something worth knowing that is no error.
func (a *app) notice(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

// progress returns the reporter of this command.
func (a *app) progress() *progress.Reporter {
	f, ok := a.stderr.(*os.File)
	return progress.New(a.stderr, ok && term.IsTerminal(int(f.Fd())), a.quiet)
}
