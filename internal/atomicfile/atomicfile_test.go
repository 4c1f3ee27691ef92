package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestWriteFileReplacesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.json")
	for _, text := range []string{"first", "a longer second text", ""} {
		if err := WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		wantFile(t, path, text)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v; want 0600", info.Mode(), err)
	}
	wantEntries(t, filepath.Dir(path), "a.json")
}

func TestAbortKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Create(path, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("half of the ne"); err != nil {
		t.Fatal(err)
	}
	wantFile(t, path, "old")
	f.Abort()
	f.Abort()
	wantFile(t, path, "old")
	wantEntries(t, filepath.Dir(path), "a")
	if err := f.Commit(); err == nil {
		t.Fatal("Commit after Abort succeeded")
	}
}

func TestCommitFailsOnAFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "taken")
	if err := os.MkdirAll(filepath.Join(path, "inner"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("x"), 0o644); err == nil {
		t.Fatal("a file replaced a folder")
	}
	wantEntries(t, filepath.Dir(path), "taken")
}

func TestCreateInMissingFolder(t *testing.T) {
	if _, err := Create(filepath.Join(t.TempDir(), "no", "file"), 0o644); err == nil {
		t.Fatal("want an error")
	}
}

func TestFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "model")
	for _, text := range []string{"one", "two"} {
		f, err := NewFolder(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(f.Dir, "sub"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(f.Dir, "sub", text), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		f.Abort()
		wantFile(t, filepath.Join(path, "sub", text), text)
		wantEntries(t, filepath.Join(path, "sub"), text)
		wantEntries(t, filepath.Dir(path), "model")
	}
}

func TestFolderAbort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	f, err := NewFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.Dir, "x"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	wantEntries(t, filepath.Dir(path))
}

func TestCleanTemp(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".keep"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(dir, "killed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFolder(filepath.Join(dir, "killed2")); err != nil {
		t.Fatal(err)
	}
	if _, err := TempFolder(dir); err != nil {
		t.Fatal(err)
	}
	if err := CleanTemp(dir, time.Hour); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 4 {
		t.Fatalf("%v, %v; want what was just touched to stay", entries, err)
	}
	if err := CleanTemp(dir, 0); err != nil {
		t.Fatal(err)
	}
	wantEntries(t, dir, ".keep")
	if err := CleanTemp(filepath.Join(dir, "nothing"), 0); err != nil {
		t.Fatal(err)
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Fatalf("%s: %q, %v; want %q", path, got, err, want)
	}
}

func wantEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(want) {
		t.Fatalf("%s holds %v; want %v", dir, entries, want)
	}
	for i, e := range entries {
		if e.Name() != want[i] {
			t.Fatalf("%s holds %v; want %v", dir, entries, want)
		}
	}
}
