package filemove

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// place is two folders for a move, with a file in the first.
type place struct {
	*testing.T
	dir string
	mv  Move
}

func newPlace(t *testing.T) *place {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{t, dir, Move{Hash: sha256.Sum256([]byte("picture")), Part: ".part"}}
	p.mv.Source, p.mv.Target = p.write("from/a.jpg", "picture"), filepath.Join(dir, "to/deep/a.jpg")
	return p
}

func (p *place) write(name, text string) string {
	p.Helper()
	path := filepath.Join(p.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o640)); err != nil {
		p.Fatal(err)
	}
	return path
}

// want tells what the two ends hold, "" for nothing.
func (p *place) want(source, target string) {
	p.Helper()
	for path, text := range map[string]string{p.mv.Source: source, p.mv.Target: target} {
		got, err := os.ReadFile(path)
		if string(got) != text || err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.Errorf("%s holds %q (%v), want %q", path, got, err, text)
		}
	}
	if parts, _ := filepath.Glob(filepath.Join(p.dir, "*", "*", ".part")); len(parts) > 0 {
		p.Errorf("left behind: %v", parts)
	}
}

func (p *place) skips(m Mover, mv Move, reason string) {
	p.Helper()
	var s *Skip
	if err := m.Do(mv); !errors.As(err, &s) || !strings.Contains(s.Reason, reason) {
		p.Errorf("got %v, want a skip because %q", err, reason)
	}
}

func fails(err error) func(string, string) error {
	return func(source, target string) error {
		return &os.LinkError{Op: "rename", Old: source, New: target, Err: err}
	}
}

func TestMoveThereAndBack(t *testing.T) {
	for name, m := range map[string]Mover{"rename": {}, "copy": {Rename: fails(syscall.EXDEV)}, "careful": {Rename: renameCarefully}} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			old := time.Unix(1_600_000_000, 0)
			if err := os.Chtimes(p.mv.Source, old, old); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second finds it done
				if err := m.Do(p.mv); err != nil {
					t.Fatal(err)
				}
				p.want("", "picture")
			}
			if info, err := os.Stat(p.mv.Target); err != nil || info.Mode() != 0o640 || !info.ModTime().Equal(old) {
				t.Errorf("%v, %v", info, err)
			}
			for range 2 {
				if err := m.Do(p.mv.Back()); err != nil {
					t.Fatal(err)
				}
				p.want("picture", "")
			}
		})
	}
}

func TestMoveTouchesNothingThatIsNotMeant(t *testing.T) {
	p := newPlace(t)
	other := p.mv
	other.Hash = sha256.Sum256([]byte("another"))
	p.skips(Mover{}, other, "it has changed")
	p.want("picture", "")

	p.write("to/deep/a.jpg", "another")
	p.skips(Mover{}, p.mv, "another file is at")
	p.skips(Mover{Rename: fails(syscall.EXDEV)}, p.mv, "another file is at")
	p.want("picture", "another")
	for _, rename := range []func(string, string) error{renameOver, renameCarefully} {
		if err := rename(p.mv.Source, p.mv.Target); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a rename over another file: %v", err)
		}
	}
	p.want("picture", "another")

	if err := os.Remove(p.mv.Source); err != nil {
		t.Fatal(err)
	}
	if err := (Mover{}).Do(p.mv); !errors.Is(err, ErrVanished) {
		t.Errorf("nothing at the source: %v", err)
	}
	if err := os.Mkdir(p.mv.Source, 0o777); err != nil {
		t.Fatal(err)
	}
	p.skips(Mover{}, p.mv, "no longer a file")
}

// A copy that cannot be finished leaves the file where it was.
func TestMoveOntoAFullDisk(t *testing.T) {
	p := newPlace(t)
	if err := (Mover{Rename: fails(syscall.ENOSPC)}).Do(p.mv); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	p.want("picture", "")
	p.skips(Mover{Rename: fails(syscall.EACCES)}, p.mv, "no permission")
	p.skips(Mover{Rename: fails(syscall.EROFS)}, p.mv, "can only be read")
	p.skips(Mover{Rename: fails(syscall.ENAMETOOLONG)}, p.mv, "too long")
	p.want("picture", "")
}

func TestTwinStaysWhereItWas(t *testing.T) {
	p := newPlace(t)
	p.mv.Kind = Twin
	p.skips(Mover{}, p.mv, "no longer there")
	p.write("to/deep/a.jpg", "picture")
	for _, mv := range []Move{p.mv, p.mv} {
		if err := (Mover{}).Do(mv); err != nil {
			t.Fatal(err)
		}
		p.want("", "picture")
	}
	for range 2 {
		if err := (Mover{}).Do(p.mv.Back()); err != nil {
			t.Fatal(err)
		}
		p.want("picture", "picture")
	}
}

func TestLinkLeadsToTheSameFile(t *testing.T) {
	p := newPlace(t)
	p.write("elsewhere.jpg", "picture")
	p.mv.Kind, p.mv.Link = Link, "../elsewhere.jpg"
	p.skips(Mover{}, p.mv, "no longer a link")
	if err := errors.Join(os.Remove(p.mv.Source), os.Symlink(p.mv.Link, p.mv.Source)); err != nil {
		t.Fatal(err)
	}
	if err := (Mover{}).Do(p.mv); err != nil {
		t.Fatal(err)
	}
	p.want("", "picture")
	if err := (Mover{}).Do(p.mv.Back()); err != nil {
		t.Fatal(err)
	}
	p.want("picture", "")
	if says, err := os.Readlink(p.mv.Source); says != p.mv.Link {
		t.Errorf("the link says %q, %v", says, err)
	}
}

// Whoever takes the source away while it is copied leaves the copy, which is then the only one.
func TestCopyStaysWhenTheSourceIsTaken(t *testing.T) {
	for _, moment := range []string{"named", "remove"} {
		p := newPlace(t)
		m := Mover{Rename: fails(syscall.EXDEV), Boundary: func(step string) {
			if step == moment {
				os.Remove(p.mv.Source)
			}
		}}
		if err := m.Do(p.mv); err != nil {
			t.Errorf("%s: %v", moment, err)
		}
		p.want("", "picture")
	}
}

func TestCleanTakesUnfinishedCopiesAway(t *testing.T) {
	p := newPlace(t)
	p.write("to/deep/.part", "pic")
	if err := p.mv.Clean(); err != nil {
		t.Fatal(err)
	}
	p.want("picture", "")
}
