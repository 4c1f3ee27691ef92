package thumb

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func entry(text string) Entry {
	return Entry{sha256.Sum256([]byte(text)), []byte("small " + text)}
}

func opened(t *testing.T, folder string) *Store {
	t.Helper()
	s, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, s *Store, texts ...string) {
	t.Helper()
	var all []Entry
	for _, text := range texts {
		all = append(all, entry(text))
	}
	if err := s.Put(t.Context(), all); err != nil {
		t.Fatal(err)
	}
}

func has(t *testing.T, s *Store, text string) bool {
	t.Helper()
	e := entry(text)
	got := s.Get(t.Context(), e.Hash)
	if got != nil && !bytes.Equal(got, e.Packed) {
		t.Errorf("%s: got %q", text, got)
	}
	return got != nil
}

func TestStoreKeepsPictures(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "cat alogue?.cache")
	s := opened(t, folder)
	put(t, s, "a", "b")
	put(t, s, "b", "c")
	if !has(t, s, "a") || !has(t, s, "b") || !has(t, s, "c") || has(t, s, "d") {
		t.Error("not what was put")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if again := opened(t, folder); !has(t, again, "c") {
		t.Error("lost when it was closed")
	}
}

// A store that another program or version made, or that is damaged, is begun anew.
func TestForeignFilesAreReplaced(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"no database": func(t *testing.T, path string) { write(t, path, bytes.Repeat([]byte("no database"), 9999)) },
		"damaged": func(t *testing.T, path string) {
			s := opened(t, filepath.Dir(path))
			put(t, s, "old")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			clear(data[100:]) // all but the header, so that the schema is no tree
			write(t, path, data)
		},
		"empty": func(t *testing.T, path string) { write(t, path, nil) },
		"a folder": func(t *testing.T, path string) {
			if err := os.MkdirAll(filepath.Join(path, "x"), 0o777); err != nil {
				t.Fatal(err)
			}
		},
		"another version": func(t *testing.T, path string) {
			s := opened(t, filepath.Dir(path))
			put(t, s, "old")
			if _, err := s.db.Exec("PRAGMA user_version = 7"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			spoil(t, filepath.Join(folder, fileName))
			s := opened(t, folder)
			if has(t, s, "old") {
				t.Error("it still has what the other version made")
			}
			if put(t, s, "a"); !has(t, s, "a") {
				t.Error("it does not work")
			}
		})
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// What cannot be opened just now is no foreign file: another process has it, and what
// it keeps must not be taken away under it.
func TestBusyStoresAreNotForeign(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileName)
	maker, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer maker.Close()
	maker.SetMaxOpenConns(1)
	// As another process leaves it for moments while it makes the store.
	if _, err := maker.Exec("CREATE TABLE thumb (id INTEGER PRIMARY KEY); BEGIN EXCLUSIVE; INSERT INTO thumb VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	if s, err := openWithin(path, time.Millisecond); err == nil {
		s.Close()
		t.Error("it is not busy: this test tests nothing")
	} else if errors.Is(err, errOther) {
		t.Errorf("taken for a foreign file: %v", err)
	}
}

// The folder may go at any time: whoever has the store open must not fail, and the
// next one begins anew.
func TestDeletedWhileOpen(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "cache")
	s := opened(t, folder)
	put(t, s, "a")
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	has(t, s, "a")                              // whether it is still there is open
	_ = s.Put(t.Context(), []Entry{entry("b")}) // so is whether this works
	if next := opened(t, folder); has(t, next, "a") || !func() bool { put(t, next, "c"); return has(t, next, "c") }() {
		t.Error("the next store is not a new one")
	}
}

func TestManyReadersOneWriter(t *testing.T) {
	folder := t.TempDir()
	w := opened(t, folder)
	put(t, w, "0")
	var all sync.WaitGroup
	for range 4 {
		s := opened(t, folder)
		all.Go(func() {
			for range 50 {
				if !has(t, s, "0") {
					t.Error("a reader misses what was there before")
				}
			}
		})
	}
	for i := range 20 {
		put(t, w, fmt.Sprint(i), fmt.Sprint(i, "b"))
	}
	all.Wait()
}

// A process that is killed while it writes leaves whole pictures behind, all of a
// transaction or none.
func TestKilledWhileWriting(t *testing.T) {
	if folder := os.Getenv("THUMB_TEST_WRITE"); folder != "" {
		s := opened(t, folder)
		for i := 0; ; i++ {
			put(t, s, fmt.Sprint(i, "x"), fmt.Sprint(i, "y"))
			fmt.Println(i)
		}
	}
	folder := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=TestKilledWhileWriting$")
	cmd.Env = append(os.Environ(), "THUMB_TEST_WRITE="+folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := opened(t, folder)
	for deadline := time.Now().Add(time.Minute); !has(t, s, "3x") && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	cmd.Process.Kill()
	cmd.Wait()
	n := 0
	for has(t, s, fmt.Sprint(n, "x")) {
		if !has(t, s, fmt.Sprint(n, "y")) {
			t.Errorf("transaction %d is there by half", n)
		}
		n++
	}
	if put(t, s, "after"); n < 4 || !has(t, s, "after") {
		t.Errorf("%d transactions are there", n)
	}
}
