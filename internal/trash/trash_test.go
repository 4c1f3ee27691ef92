package trash

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// disks is a finder whose second file system begins at dir/usb.
func disks(t *testing.T) (Finder, string) {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{"home", "usb/photos"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	usb := filepath.Join(dir, "usb")
	return Finder{Home: filepath.Join(dir, "home/Trash"), UID: 7, Device: func(path string) (uint64, error) {
		if path == usb || strings.HasPrefix(path, usb+"/") {
			return 2, nil
		}
		return 1, nil
	}}, dir
}

func bin(t *testing.T, f Finder, path string) string {
	t.Helper()
	b, err := f.For(path)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(b.Files)
}

func TestTrashIsOnTheFilesOwnDisk(t *testing.T) {
	f, dir := disks(t)
	if got := bin(t, f, filepath.Join(dir, "a.jpg")); got != f.Home {
		t.Errorf("on the disk of the home: %s", got)
	}
	usb := filepath.Join(dir, "usb")
	photo := filepath.Join(usb, "photos/a.jpg")
	if got := bin(t, f, photo); got != filepath.Join(usb, ".Trash-7") {
		t.Errorf("on another disk: %s", got)
	}
	shared := filepath.Join(usb, ".Trash")
	if err := os.Mkdir(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	if got := bin(t, f, photo); got != filepath.Join(usb, ".Trash-7") {
		t.Errorf("a .Trash without the sticky bit was used: %s", got)
	}
	if err := os.Chmod(shared, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	if got := bin(t, f, photo); got != filepath.Join(shared, "7") {
		t.Errorf("with an administrator's .Trash: %s", got)
	}
	if err := errors.Join(os.Remove(shared), os.WriteFile(filepath.Join(usb, ".Trash-7"), nil, 0o666)); err != nil {
		t.Fatal(err)
	}
	if got := bin(t, f, photo); got != f.Home {
		t.Errorf("where a file has the name of the trash: %s", got)
	}
	f.Flat = true
	if b, err := f.For(photo); err != nil || b.Files != f.Home || b.Info != "" {
		t.Errorf("flat: %+v, %v", b, err)
	}
}

func TestPlaceNeverTakesANameThatIsThere(t *testing.T) {
	b := binAt(t.TempDir())
	if err := b.Make(); err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{}
	place := func(name string) string {
		target, note, ok := b.Place(name, "cafe", func(p string) bool { return given[p] })
		if ok && filepath.Base(note) != filepath.Base(target)+".trashinfo" {
			t.Errorf("note %s of %s", note, target)
		}
		given[target] = true
		return filepath.Base(target)
	}
	if a, b, c := place("a.jpg"), place("a.jpg"), place("a.jpg"); a != "a.jpg" || b != "a.cafe.jpg" || c != "." {
		t.Errorf("%s, %s, %s", a, b, c)
	}
	if err := os.WriteFile(filepath.Join(b.Info, "b.jpg.trashinfo"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := place("b.jpg"); got != "b.cafe.jpg" {
		t.Errorf("with a note that is there: %s", got)
	}
	if got := place(strings.Repeat("x", 250) + ".jpg"); len(got)+len(".trashinfo") > 255 || !strings.HasSuffix(got, ".cafe.jpg") {
		t.Errorf("a long name: %d bytes, %s", len(got), got)
	}
}

func TestNote(t *testing.T) {
	dir := t.TempDir()
	when := time.Date(2026, 5, 4, 3, 2, 1, 0, time.Local)
	for trash, path := range map[string]string{"Trash": filepath.Join(dir, "a b/ü%.jpg"), ".Trash-7": "a b/ü%.jpg", ".Trash/7": "a b/ü%.jpg"} {
		b := binAt(filepath.Join(dir, trash))
		if err := b.Make(); err != nil {
			t.Fatal(err)
		}
		note := filepath.Join(b.Info, "x.trashinfo")
		original := filepath.Join(dir, "a b/ü%.jpg")
		if err := WriteNote(note, original, when); err != nil {
			t.Fatal(err)
		}
		want := "[Trash Info]\nPath=" + strings.NewReplacer("%", "%25", " ", "%20", "ü", "%C3%BC").Replace(path) + "\nDeletionDate=2026-05-04T03:02:01\n"
		if got, err := os.ReadFile(note); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", trash, got, err, want)
		}
		if err := WriteNote(note, original, when.Add(time.Hour)); err != nil {
			t.Errorf("the same again: %v", err)
		}
		if err := WriteNote(note, original+"x", when); !errors.Is(err, fs.ErrExist) {
			t.Errorf("over another's note: %v", err)
		}
		if err := os.Truncate(note, 20); err != nil {
			t.Fatal(err)
		}
		if err := WriteNote(note, original, when); err != nil {
			t.Errorf("after a note that was cut short: %v", err)
		}
		if err := errors.Join(RemoveNote(note), RemoveNote(note)); err != nil {
			t.Error(err)
		}
	}
}
