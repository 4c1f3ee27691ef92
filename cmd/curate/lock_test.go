package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// A command that writes waits a little for another and then names it, with its own exit code; one that reads does not care.
func TestLockedByAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curate.db")
	c, err := catalog.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	unlock, err := c.LockForWriting(t.Context(), "curate embed", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	for command, want := range map[string]int{"status": exitOK, "images": exitOK, "check": exitLocked, "ingest .": exitLocked, "undo": exitLocked} {
		var out, errs bytes.Buffer
		args := append(strings.Fields(command), "--catalog", path)
		if code := run(t.Context(), args, strings.NewReader(""), &out, &errs); code != want {
			t.Errorf("curate %s ends with %d, want %d: %s", command, code, want, errs.String())
		}
		if want == exitLocked && !strings.Contains(errs.String(), "(curate embed)") {
			t.Errorf("curate %s does not name the holder: %s", command, errs.String())
		}
	}
}
