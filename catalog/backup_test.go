package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBackup(t *testing.T) {
	c := fresh(t)
	sample(t, c)
	file := filepath.Join(t.TempDir(), "copy of ?it.db")
	if err := c.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := c.Backup(t.Context(), file); err == nil || !strings.Contains(err.Error(), "not overwritten") {
		t.Errorf("over an existing file: %v", err)
	}
	if err := c.Backup(t.Context(), filepath.Join(t.TempDir(), "no", "folder.db")); err == nil {
		t.Error("into a folder that is not there")
	}
	if left := must(os.ReadDir(filepath.Dir(file)))(t); len(left) != 1 {
		t.Errorf("left beside the copy: %v", left)
	}
	b := must(Open(t.Context(), file, ReadWrite))(t)
	defer b.Close()
	checkSample(t, b)
	if got, want := state(t, b), state(t, c); got != want {
		t.Errorf("the copy holds\n%s", got)
	}
	var mode string
	if err := b.write.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("a copy that is written to is in mode %s (%v)", mode, err)
	}
	must(b.Undo(t.Context(), 0))(t)
}

func TestCheckFindsAStaleStatus(t *testing.T) {
	c := fresh(t)
	heap(t, c, 3)
	must(c.write.Exec("UPDATE image SET status = 'removed' WHERE id < 3"))(t)
	if faults := must(c.Check(t.Context()))(t); len(faults) != 1 || !strings.Contains(faults[0], "2 images") {
		t.Errorf("got %v", faults)
	}
	if n := settled(t, c); n != 2 {
		t.Errorf("%d mended", n)
	}
	if faults := must(c.Check(t.Context()))(t); len(faults) != 0 {
		t.Errorf("got %v", faults)
	}
}
