package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// What a command could not print is not done.
func TestOutputThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curate.db")
	c, err := catalog.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"status", "status --json", "version", "check", "ingest --help", "pairs --csv"} {
		var errs bytes.Buffer
		code := run(t.Context(), append(strings.Fields(args), "--catalog", path), strings.NewReader(""), full{}, &errs)
		if code != exitFailed || !strings.Contains(errs.String(), "no space left") {
			t.Errorf("curate %s ends with %d: %s", args, code, errs.String())
		}
	}
}

// A value that can never be right is an error of usage, whatever else is wrong: here there is no catalogue.
func TestUsageFaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.db")
	for args, want := range map[string]string{
		"embed --device bogus":      "unknown device",
		"train --device cpu:3":      "cpu takes no number",
		"status --threads -1":       "--threads -1",
		"dedup --resolution -5":     "--resolution -5",
		"evaluate --split foo":      "train, val or test",
		"evaluate --by foo":         "generator, source, subject",
		"dedup --quality awful":     "fast, balanced or best",
		"calibrate --pictures 0":    "1 or more",
		"clusters --kind neighbour": "copy or similar",
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append(strings.Fields(args), "--catalog", path), strings.NewReader(""), &out, &errs)
		if code != exitUsage || !strings.Contains(errs.String(), want) {
			t.Errorf("curate %s ends with %d: %s", args, code, errs.String())
		}
	}
}

// The journal tells a command as it can be given again.
func TestCommandLine(t *testing.T) {
	for _, want := range []string{
		"curate dedup --dry-run --kind similar --resolution 112 --threshold 0.8",
		"curate dedup --against 'test set' --against other --keep-by verdict,pixels",
		"curate split --group-by '' --val 0.2",
		"curate remove --dry-run=false heap/a.jpg",
	} {
		root := newRootCmd(newApp(strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}))
		cmd, flags, err := root.Find(shellWords(want)[1:])
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.ParseFlags(flags); err != nil {
			t.Fatal(err)
		}
		if got := commandLine(cmd, cmd.Flags().Args()); got != want {
			t.Errorf("told as %s, want %s", got, want)
		}
	}
}

// shellWords splits a command line at blanks outside quotes.
func shellWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}
