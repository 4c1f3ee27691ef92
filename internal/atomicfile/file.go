// Package atomicfile writes files and folders that are either whole or absent.
//
// Everything is written under a temporary name in the folder of its target,
// flushed to disk, and renamed into place; the folder itself is flushed too, so
// that a crash, a full disk or a kill leaves the old content or the new, never
// half of one. WriteFile is the short form; Create gives a writer that ends
// with Commit or Abort; NewFolder does the same for a tree of files.
//
// It does not lock: two writers of one name both succeed and the last wins.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// tempMark is part of every temporary name; CleanTemp knows leftovers by it.
const tempMark = ".curate-tmp-"

// File is a file being written that does not exist under its final name before Commit.
type File struct {
	*os.File
	path string
	perm fs.FileMode
	done bool
}

// Create starts a file that Commit will name path. The parent folder must exist.
// The usual ending is `defer f.Abort()` at once, and Commit when all is written.
func Create(path string, perm fs.FileMode) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+tempMark+"*")
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	return &File{File: f, path: path, perm: perm}, nil
}

// Commit flushes the content, gives the file its name (replacing an older one)
// and flushes the folder. After an error the temporary file is gone and what
// stood under the name before still stands there.
func (f *File) Commit() error {
	if f.done {
		return fmt.Errorf("write %s: already committed or aborted", f.path)
	}
	if err := f.publish(); err != nil {
		f.Abort()
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	f.done = true
	return syncFolder(filepath.Dir(f.path))
}

func (f *File) publish() error {
	if err := f.Chmod(f.perm); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), f.path)
}

// Abort drops what was written. After Commit it does nothing, so it can be deferred.
func (f *File) Abort() {
	if f.done {
		return
	}
	f.done = true
	f.Close()
	os.Remove(f.Name())
}

// WriteFile writes data to path as os.WriteFile does, but whole or not at all.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	f, err := Create(path, perm)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Commit()
}

// CleanTemp removes what killed writers left in folder and have not touched for
// the given time, which keeps it from writers that are at work. A folder that is
// not there is clean.
func CleanTemp(folder string, untouched time.Duration) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") || !strings.Contains(e.Name(), tempMark) {
			continue
		}
		info, err := e.Info()
		if err != nil || time.Since(info.ModTime()) < untouched {
			continue
		}
		if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
