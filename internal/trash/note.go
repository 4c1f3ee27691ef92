package trash

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// WriteNote writes the note on a file before it comes into the trash: where it was, and when it left. A note that says the same path is let
// be; one that says another is an error that fs.ErrExist is in.
func WriteNote(note, original string, when time.Time) error {
	text := "[Trash Info]\nPath=" + escape(noted(note, original)) + "\n"
	if old, err := os.ReadFile(note); err == nil {
		switch {
		case strings.HasPrefix(string(old), text) && strings.HasSuffix(string(old), "\n") && len(old) > len(text):
			return nil
		case strings.HasPrefix(text, string(old)) || strings.HasPrefix(string(old), text): // the process that wrote it died
			if err := os.Remove(note); err != nil {
				return err
			}
		}
	}
	f, err := os.OpenFile(note, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // exclusive, as the specification wants it
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%sDeletionDate=%s\n", text, when.Local().Format("2006-01-02T15:04:05"))
	return errors.Join(err, f.Close())
}

// RemoveNote takes a note away, if it is there.
func RemoveNote(note string) error {
	if err := os.Remove(note); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// noted is the path that a note has: absolute in the home trash, relative to the top of the file system in one that lies there.
func noted(note, original string) string {
	dir := filepath.Dir(filepath.Dir(note))
	top := ""
	switch up := filepath.Dir(dir); {
	case strings.HasPrefix(filepath.Base(dir), ".Trash-"):
		top = up
	case filepath.Base(up) == ".Trash":
		top = filepath.Dir(up)
	}
	if rel, err := filepath.Rel(top, original); top != "" && err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return original
}

// escape writes a path as in a URL: its bytes, except those that stand for themselves.
func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
