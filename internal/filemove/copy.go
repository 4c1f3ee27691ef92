package filemove

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// link makes the link at the target and takes away that at the source.
func (m Mover) link(mv Move) error {
	if err := os.Symlink(mv.targetText(), mv.Target); err != nil {
		return taken(err, mv.Target)
	}
	m.at("linked")
	return m.undoIf(m.remove(mv), mv)
}

// copy brings a file to another file system: written beside the target under a name of its own, forced to the disk, read back, given its
// name, and only then taken away at the source.
func (m Mover) copy(mv Move, source fs.FileInfo) error {
	part := filepath.Join(filepath.Dir(mv.Target), mv.Part)
	if err := m.write(mv, part, source); err != nil {
		return errors.Join(err, removeIfThere(part))
	}
	m.at("copied")
	if err := renameOver(part, mv.Target); err != nil {
		return errors.Join(taken(err, mv.Target), removeIfThere(part))
	}
	m.at("named")
	syncFolder(filepath.Dir(mv.Target))
	if mv.Kind == Copy {
		return nil
	}
	now, err := os.Lstat(mv.Source)
	if errors.Is(err, fs.ErrNotExist) { // somebody took it meanwhile: the copy is the only one
		return nil
	}
	if err != nil || now.Size() != source.Size() || !now.ModTime().Equal(source.ModTime()) {
		return errors.Join(skip("it changed while it was copied"), os.Remove(mv.Target))
	}
	return m.undoIf(m.remove(mv), mv)
}

// undoIf takes the target away again when the source could not be: a file is at one end only.
func (m Mover) undoIf(err error, mv Move) error {
	if err == nil {
		return nil
	}
	return errors.Join(err, os.Remove(mv.Target))
}

// write copies the file into part and reads it back.
func (m Mover) write(mv Move, part string, source fs.FileInfo) (err error) {
	in, err := os.Open(mv.Source)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := removeIfThere(part); err != nil { // of a process that died here
		return err
	}
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, source.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	m.at("part")
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	sum, err := hashFile(part)
	if err == nil && !bytes.Equal(sum, mv.Hash[:]) {
		err = fmt.Errorf("copy %s to %s: the copy reads back with another content", mv.Source, mv.Target)
	}
	when := source.ModTime()
	if mv.Kind == Copy && !mv.ModTime.IsZero() {
		when = mv.ModTime
	}
	return errors.Join(err, os.Chmod(part, source.Mode().Perm()), os.Chtimes(part, when, when))
}

// Clean takes away what a copy left unfinished.
func (mv Move) Clean() error {
	return errors.Join(removeIfThere(filepath.Join(filepath.Dir(mv.Target), mv.Part)), removeIfThere(filepath.Join(filepath.Dir(mv.Source), mv.Part)))
}

func removeIfThere(path string) error {
	if info, err := lstat(path); info == nil || err != nil {
		return err
	}
	return os.Remove(path)
}

// syncFolder makes new names outlive a power failure, where the system can.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync() // a folder cannot be forced to the disk everywhere
		f.Close()
	}
}
