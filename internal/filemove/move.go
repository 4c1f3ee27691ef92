package filemove

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Kind says what is to be moved.
type Kind int

// Kinds of moves.
const (
	File Kind = iota
	// Link is a symbolic link: the file it leads to stays. At the other end it leads there too, by its absolute path.
	Link
	// Twin has the same content at Target already, which was there before: the file at Source goes, that at Target stays whatever happens.
	Twin
	// Copy brings a file to Target and leaves that at Source: the way back of a Twin.
	Copy
)

// Move is one file on its way. Paths are absolute; the folder of Source has no links in it.
type Move struct {
	Source, Target string
	Kind           Kind
	Hash           [sha256.Size]byte // of the file's content: with another, it is not touched
	Link           string            // of a link, what it says at Source
	ModTime        time.Time         // what a Copy gets; zero for that of the file it is copied from
	Part           string            // name, without folder, of what is being copied: the same each time this move is done
	back           bool
}

// Back is the move that takes m back.
func (m Move) Back() Move {
	m.Source, m.Target, m.back = m.Target, m.Source, !m.back
	if m.Kind == Twin {
		m.Kind = Copy
	}
	return m
}

// Skip is why a file was left where it is. Nothing has changed.
type Skip struct{ Reason string }

func (s *Skip) Error() string { return s.Reason }

func skip(format string, args ...any) error { return &Skip{fmt.Sprintf(format, args...)} }

// ErrVanished: the file is at neither end of the move.
var ErrVanished = errors.New("it is no longer there")

// Mover moves files. The zero Mover is ready to use.
type Mover struct {
	// Rename, if set, takes the place of the system's rename that refuses to go over another file.
	Rename func(source, target string) error
	// Boundary, if set, is called between any two steps that change something on the disk: tests die there.
	Boundary func(step string)
}

func (m Mover) at(step string) {
	if m.Boundary != nil {
		m.Boundary(step)
	}
}

func (m Mover) rename(source, target string) error {
	if m.Rename != nil {
		return m.Rename(source, target)
	}
	return renameOver(source, target)
}

// Do moves a file. It returns nil when the file is at the target and gone from the source (but see Copy), also if that was so before; a *Skip
// when it may not be moved; ErrVanished when there is nothing to move; any other error when the disk failed, and then the file is at one of
// the two ends, whole.
func (m Mover) Do(mv Move) error {
	err := m.do(mv)
	var e *fs.PathError
	var l *os.LinkError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENAMETOOLONG):
		return skip("its name is too long for %s", filepath.Dir(mv.Target))
	case errors.Is(err, syscall.EROFS):
		return skip("its file system can only be read")
	case errors.Is(err, fs.ErrPermission) && errors.As(err, &e):
		return skip("no permission: %s: %v", filepath.Dir(e.Path), e.Err)
	case errors.Is(err, fs.ErrPermission) && errors.As(err, &l):
		return skip("no permission to move it from %s to %s: %v", filepath.Dir(l.Old), filepath.Dir(l.New), l.Err)
	}
	return err
}

func (m Mover) do(mv Move) error {
	source, err := lstat(mv.Source)
	if err != nil {
		return err
	}
	target, err := lstat(mv.Target)
	if err != nil {
		return err
	}
	if source == nil {
		return arrived(mv, target)
	}
	if err := mv.meant(source); err != nil {
		return err
	}
	switch {
	case target != nil:
		return m.finish(mv)
	case mv.Kind == Twin:
		return skip("%s is no longer there", mv.Target)
	}
	if err := os.MkdirAll(filepath.Dir(mv.Target), 0o777); err != nil {
		return err
	}
	m.at("folder")
	if mv.Kind == Link {
		return m.link(mv)
	}
	if mv.Kind == File {
		err := m.rename(mv.Source, mv.Target)
		if !errors.Is(err, syscall.EXDEV) {
			return taken(err, mv.Target)
		}
	}
	return m.copy(mv, source)
}

// lstat is what is at a path; nil, nil for nothing.
func lstat(path string) (fs.FileInfo, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	return info, err
}

// taken puts into words that another file came in between.
func taken(err error, target string) error {
	if errors.Is(err, fs.ErrExist) {
		return skip("another file is at %s", target)
	}
	return err
}

// arrived: nothing is at the source. It is at the target, then, or nowhere.
func arrived(mv Move, target fs.FileInfo) error {
	if target == nil || mv.holds(mv.Target, mv.targetText()) != nil {
		return ErrVanished
	}
	return nil
}

// meant makes sure that what is at the source is what the move is about.
func (mv Move) meant(source fs.FileInfo) error {
	if link := source.Mode()&fs.ModeSymlink != 0; link != (mv.Kind == Link) || !link && !source.Mode().IsRegular() {
		return skip("it is no longer a %s", map[bool]string{true: "link", false: "file"}[mv.Kind == Link])
	}
	return mv.holds(mv.Source, mv.sourceText())
}

// finish: something is at both ends. If it is the same, the move was begun and is finished now.
func (m Mover) finish(mv Move) error {
	var s *Skip
	switch err := mv.holds(mv.Target, mv.targetText()); {
	case errors.As(err, &s):
		return skip("another file is at %s", mv.Target)
	case err != nil:
		return err
	case mv.Kind == Copy:
		return nil
	}
	return m.remove(mv)
}

func (m Mover) remove(mv Move) error {
	m.at("remove")
	if err := os.Remove(mv.Source); err != nil && !errors.Is(err, fs.ErrNotExist) { // gone already: what is at the target stays
		return err
	}
	m.at("removed")
	syncFolder(filepath.Dir(mv.Source))
	return nil
}

// sourceText and targetText are what a link says at the two ends.
func (mv Move) sourceText() string { return mv.text(mv.back) }
func (mv Move) targetText() string { return mv.text(!mv.back) }

func (mv Move) text(away bool) string {
	home := mv.Source
	if mv.back {
		home = mv.Target
	}
	if away && !filepath.IsAbs(mv.Link) {
		return filepath.Join(filepath.Dir(home), mv.Link)
	}
	return mv.Link
}

// holds makes sure that the file at path has the content of the move, and a link says what it should.
func (mv Move) holds(path, text string) error {
	if mv.Kind == Link {
		says, err := os.Readlink(path)
		if err != nil || says != text {
			return skip("it is not the link that was ingested")
		}
		if path != mv.Source || mv.back {
			return nil // where it leads to may have left too
		}
	}
	sum, err := hashFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return skip("it leads to nothing")
	case err != nil:
		return err
	case !bytes.Equal(sum, mv.Hash[:]):
		return skip("it has changed")
	}
	return nil
}

func hashFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}
