package stage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/imageio"
)

// plan is what the first pass found out.
type plan struct {
	todo  int                         // files and archives that the second pass must look at
	found marks                       // locations that are still there
	gone  goneSet                     // locations that are not
	moved map[catalog.LocationID]bool // locations whose content was found elsewhere
}

// walked is a file on the walk with what the catalogue knows of its path.
type walked struct {
	ingest.File
	known catalog.Known // ID 0 = nothing
}

// live tells whether the catalogue has a live location at the path.
func (w *walked) live() bool { return w.known.ID != 0 && w.known.Gone.IsZero() }

// same tells whether the file is as it was when it was recorded.
func (w *walked) same() bool {
	k := &w.known
	return w.live() && k.Size == w.Stat.Size && k.ModTime == w.Stat.ModTime && k.Inode == w.Stat.Identity
}

// walkBatch is how many files share one query.
const walkBatch = 256

// walk visits every file under the roots with what is known of it.
func (s *ingesting) walk(ctx context.Context, passed func(path, why string), visit func(*walked) error) error {
	w := ingest.Walker{Exclude: s.opt.Exclude, Owned: s.env.Catalog.Owns, Passed: passed}
	var files []ingest.File
	flush := func() error {
		paths := make([]string, len(files))
		for i, f := range files {
			paths[i] = f.Path
		}
		known, err := s.env.Catalog.KnownAt(ctx, paths)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := visit(&walked{f, known[f.Path]}); err != nil {
				return err
			}
		}
		files = files[:0]
		return nil
	}
	err := w.Walk(ctx, s.opt.Roots, func(f ingest.File) error {
		files = append(files, f)
		if len(files) < walkBatch {
			return nil
		}
		return flush()
	})
	if err != nil || len(files) == 0 {
		return err
	}
	return flush()
}

// makePlan is the first pass: it opens no file. It counts what is as it was, and
// finds out what must be read and what is gone.
func (s *ingesting) makePlan(ctx context.Context) error {
	task := s.env.Progress.Start("scan", 0, "files")
	defer task.Done()
	passed := func(string, string) { s.result.PassedOver++ }
	err := s.walk(ctx, passed, func(w *walked) error {
		task.Add(1)
		if w.live() && w.Kind != ingest.Special {
			s.plan.found.set(w.known.ID)
		}
		return s.planFile(ctx, w)
	})
	if err != nil {
		return err
	}
	return s.findGone(ctx)
}

func (s *ingesting) planFile(ctx context.Context, w *walked) error {
	switch s.actionFor(w) {
	case passOver:
		s.countPassed(w)
	case keepAsIs:
		f, err := s.factsAt(w.Path, w.Virtual, ingest.Facts{})
		if err != nil {
			return err
		}
		if _, changed := f.over(w.known.Origin); changed {
			s.plan.todo++
			return nil
		}
		s.countKnown(w.known)
	case readArchive:
		return s.planArchive(ctx, w)
	case readFile:
		s.plan.todo++
	}
	return nil
}

// action is what is to be done about a walked file.
type action int

const (
	passOver    action = iota // no picture, as far as the walk can tell
	keepAsIs                  // recorded, and the same
	readFile                  // new or changed
	readArchive               // a container, new or not
)

// actionFor decides from name, stat and what is known.
func (s *ingesting) actionFor(w *walked) action {
	switch {
	case w.Kind == ingest.Special, w.Kind == ingest.Folder:
		return passOver
	case !w.live() && (s.seen.Other(w.File) || w.Problem != "" && !imageio.NamedLikePicture(w.Path)):
		return passOver
	case w.same() && w.known.Image != 0 && w.known.Problem == "" && w.Problem == "":
		return keepAsIs
	case w.Kind == ingest.Container:
		return readArchive
	case w.same() && w.known.Problem != "" && s.stillFails(w):
		return keepAsIs
	}
	return readFile
}

// stillFails tells whether a file that could not be read, and whose stat is the
// same, need not be read now: what was in the way may be gone without a trace in
// the stat.
func (s *ingesting) stillFails(w *walked) bool {
	if w.Problem != "" {
		return w.Problem == w.known.Problem
	}
	f, err := os.Open(w.Path)
	if err == nil {
		f.Close()
		return !strings.HasPrefix(w.known.Problem, ingest.Unread)
	}
	return ingest.Reason(err) == w.known.Problem
}

func (s *ingesting) countPassed(w *walked) {
	if w.Kind == ingest.Folder {
		s.result.Unreadable++
		s.unusable(w.Path, "folder "+w.Problem)
		return
	}
	s.other(w.Path)
}

// countKnown counts a recorded location that is as it was.
func (s *ingesting) countKnown(k catalog.Known) {
	switch {
	case k.Problem != "":
		s.invalid(k.Path, k.Problem)
	case k.Invalid != "":
		s.invalid(k.Path, k.Invalid)
	default:
		s.result.Unchanged++
		s.usable(k.Origin)
	}
}

// findGone compares what was recorded under the roots with what the walk came by.
// What it passed over for another reason (excluded now, in a folder that cannot be
// read) is not gone: only what is no longer there is.
func (s *ingesting) findGone(ctx context.Context) error {
	for _, root := range s.opt.Roots {
		for l, err := range s.env.Catalog.LiveUnder(ctx, root.Path) {
			if err != nil {
				return err
			}
			if !s.plan.found.has(l.ID) && vanished(l) {
				s.plan.gone.add(l.ID, l.Hash)
			}
		}
	}
	return nil
}

func vanished(l catalog.Live) bool {
	path := l.Path
	if l.Container != "" {
		path = l.Container
	}
	info, err := os.Lstat(path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
	}
	return info.Mode().Type()&^fs.ModeSymlink != 0 // a folder or a pipe stands there now
}
