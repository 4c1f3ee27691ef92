package ingest

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMemory(t *testing.T) {
	cache := filepath.Join(t.TempDir(), "curate.cache")
	text := File{Path: "/a/notes.txt", Stat: Stat{5, 7, 9}}
	pack := File{Path: "/a/b.zip", Stat: Stat{50, 70, 90}}
	m := LoadMemory(cache)
	if err := m.Save(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(cache); !os.IsNotExist(err) {
		t.Error("an empty memory was written")
	}
	m.SetOther(text)
	m.SetArchive(pack, 3)
	if err := m.Save(); err != nil {
		t.Fatal(err)
	}

	m = LoadMemory(cache)
	touched := text
	touched.Stat.ModTime++
	if !m.Other(text) || m.Other(touched) || m.Other(pack) {
		t.Error("files that are no pictures are not told apart")
	}
	if n, ok := m.Archive(pack); !ok || n != 3 {
		t.Errorf("archive: %d, %t", n, ok)
	}
	pack.Stat.Size++
	if _, ok := m.Archive(pack); ok {
		t.Error("a changed archive is taken for the same")
	}

	if err := os.WriteFile(filepath.Join(cache, "ingest.seen"), []byte("damaged"), 0o666); err != nil {
		t.Fatal(err)
	}
	if m = LoadMemory(cache); m.Other(text) {
		t.Error("a damaged memory remembers")
	}
}
