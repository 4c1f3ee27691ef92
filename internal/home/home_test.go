package home

import (
	"path/filepath"
	"testing"
)

func TestDir(t *testing.T) {
	t.Setenv("CURATE_HOME", "")
	t.Setenv("HOME", "/somebody")
	t.Setenv("XDG_CACHE_HOME", "")
	if dir, err := Dir(); err != nil || filepath.Base(dir) != "curate" || filepath.Dir(dir) == "/" {
		t.Errorf("Dir() = %q, %v; want the folder curate in the user's cache", dir, err)
	}
	own := t.TempDir()
	t.Setenv("CURATE_HOME", own)
	if dir, err := Dir(); err != nil || dir != own {
		t.Errorf("Dir() = %q, %v; want %q", dir, err, own)
	}
}

func TestDirWithoutAnyHome(t *testing.T) {
	for _, name := range []string{"CURATE_HOME", "HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	if dir, err := Dir(); err == nil {
		t.Errorf("Dir() = %q; want an error that names CURATE_HOME", dir)
	}
}
