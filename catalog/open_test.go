package catalog

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	foreign := filepath.Join(dir, "foreign.db")
	query(t, foreign, "CREATE TABLE note (text)")
	stamped := filepath.Join(dir, "stamped.db")
	query(t, stamped, "PRAGMA application_id = 7")
	newer := filepath.Join(dir, "newer.db")
	c := must(Create(t.Context(), newer))(t)
	c.Close()
	query(t, newer, "PRAGMA user_version = 999")

	for _, k := range []struct {
		name, path string
		want       error
	}{
		{"nothing there", filepath.Join(dir, "none.db"), ErrNoCatalog},
		{"no folder there", filepath.Join(dir, "none", "none.db"), ErrNoCatalog},
		{"empty file", write("empty.db", ""), ErrNoCatalog},
		{"text", write("text.db", "not a database, but long enough to be read as one"), ErrNotCatalog},
		{"short text", write("short.db", "hi"), ErrNotCatalog},
		{"folder", dir, ErrNotCatalog},
		{"other program's tables", foreign, ErrNotCatalog},
		{"other program's number", stamped, ErrNotCatalog},
		{"newer", newer, ErrNewer},
	} {
		t.Run(k.name, func(t *testing.T) {
			for _, mode := range []Mode{ReadOnly, ReadWrite} {
				_, err := Open(t.Context(), k.path, mode)
				if !errors.Is(err, k.want) || !strings.Contains(err.Error(), k.path) {
					t.Errorf("got %v, want %v naming the file", err, k.want)
				}
			}
			if k.want == ErrNoCatalog {
				return
			}
			if _, err := Create(t.Context(), k.path); err == nil {
				t.Error("Create took it")
			}
		})
	}
	if text := must(os.ReadFile(foreign))(t); text[18] != 1 {
		t.Error("a foreign file was switched to WAL")
	}
}

// query runs a statement on any SQLite file.
func query(t testing.TB, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "curate.db")
	c := must(Create(t.Context(), path))(t)
	heap(t, c, 200)
	c.Close()
	text := must(os.ReadFile(path))(t)
	copy(text[4096:], make([]byte, 60_000))
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), path, ReadOnly)
	if err == nil {
		_, err = c.Counts(t.Context())
		c.Close()
	}
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "backup") {
		t.Errorf("a damaged file gives %v", err)
	}
}

func TestPathsOfAnyName(t *testing.T) {
	for _, name := range []string{"with space", "what?mode=memory", "a#b", "50%25", "quote'\"", "ünï", "new\nline", "bad\xffutf8", "a&b=c;d"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, name+".db")
			c := must(Create(t.Context(), path))(t)
			heap(t, c, 3)
			c.Close()
			if _, err := os.Stat(path); err != nil {
				t.Fatal(err)
			}
			r := must(Open(t.Context(), path, ReadOnly))(t)
			defer r.Close()
			if n := must(r.CountImages(t.Context(), Filter{}))(t); n != 3 {
				t.Errorf("%d images of 3", n)
			}
			if r.Path() != path {
				t.Errorf("path %q", r.Path())
			}
		})
	}
}

func TestReadingCannotWrite(t *testing.T) {
	c := fresh(t)
	r := must(Open(t.Context(), c.Path(), ReadOnly))(t)
	defer r.Close()
	if _, err := r.MarkGone(t.Context(), []LocationID{1}); err == nil || !strings.Contains(err.Error(), "for reading") {
		t.Errorf("a write on a catalogue opened for reading gives %v", err)
	}
	if _, err := r.read.Exec("DELETE FROM image"); err == nil {
		t.Error("the connections for reading can write")
	}
}

func TestConnectionSettings(t *testing.T) {
	c := fresh(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "foreign_keys": "1", "synchronous": "1", "busy_timeout": "10000"} {
		for name, db := range map[string]*sql.DB{"reading": c.read, "writing": c.write} {
			var got string
			if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s of the connection for %s is %q (%v), not %q", pragma, name, got, err, want)
			}
		}
	}
}

func TestOwns(t *testing.T) {
	c := fresh(t)
	for path, want := range map[string]bool{
		c.Path(): true, c.Path() + "-wal": true, c.Path() + ".lock": true, c.CacheDir(): true, c.CacheDir() + "/thumbs/1.webp": true,
		filepath.Dir(c.Path()): false, c.Path() + ".jpg": false, c.CacheDir() + "d.jpg": false,
	} {
		if got := c.Owns(path); got != want {
			t.Errorf("Owns(%s) = %v", path, got)
		}
	}
	if want := filepath.Join(filepath.Dir(c.Path()), "curate.cache"); c.CacheDir() != want {
		t.Errorf("cache folder %s", c.CacheDir())
	}
}
