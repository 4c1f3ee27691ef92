package checkpoint_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/curate/curate/train/checkpoint"
)

func TestCheckpoints(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"checkpoint-9", "checkpoint-10", "checkpoint-2", "checkpoint-x", "other"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "checkpoint-99"), nil, 0o600); err != nil { // no folder
		t.Fatal(err)
	}
	newest := func(want int, wantOK bool) {
		t.Helper()
		if step, ok, err := checkpoint.Newest(dir); step != want || ok != wantOK || err != nil {
			t.Errorf("newest %d, %v, %v", step, ok, err)
		}
	}
	newest(10, true)
	if err := checkpoint.Remove(dir, 9, 2); err != nil {
		t.Fatal(err)
	}
	newest(9, true)
	if err := checkpoint.Remove(dir); err != nil {
		t.Fatal(err)
	}
	newest(0, false)
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, ok, err := checkpoint.Newest(filepath.Join(dir, "nowhere")); ok || err != nil {
		t.Errorf("a folder that is not there: %v, %v", ok, err)
	}
}
