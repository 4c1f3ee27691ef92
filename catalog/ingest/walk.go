package ingest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Kind says what a visited path is, as far as its name and stat tell.
type Kind int

// The kinds of visited paths.
const (
	Regular   Kind = iota // a file; only its content tells whether it is a picture
	Container             // a file named like an archive or table: see OpenArchive
	Special               // a pipe, socket or device: never opened
	Folder                // a folder that could not be read; Problem says why
)

// File is one visited path.
type File struct {
	Path    string // in the stored form
	Virtual string // as the user would say it: the argument and the way below it
	Rel     string // the way from the root, with slashes; "" for a root that is a file
	Root    string // stored path of the argument
	Kind    Kind
	Stat    Stat
	Problem string // why it cannot be read; empty = nothing known against it
}

// Walker visits the files below roots. The zero Walker passes over hidden files,
// folders of training runs and what curate names its own.
type Walker struct {
	Exclude *Excluder
	Owned   func(path string) bool // more of curate's own files and folders; may be nil
	Passed  func(path, why string) // told of links and folders passed over; may be nil
}

// place is a folder on the walk.
type place struct{ path, virtual, rel, root string }

type walk struct {
	*Walker
	ctx     context.Context
	roots   []Root
	visited map[fileID]bool // folders
	linked  []place         // folders behind links, still to be walked
	visit   func(File) error
}

// Walk visits every file once, folder by folder, in the order of their names.
// Links are followed: a linked file is visited under the link's own path, a linked
// folder under the folder's real path, after everything else. A link into the
// folders that are walked anyway is passed over, so that nothing is visited twice
// and no loop is entered. Files that vanish meanwhile are not visited. The error is
// that of visit or of ctx; unreadable folders are visited as such.
func (w *Walker) Walk(ctx context.Context, roots []Root, visit func(File) error) error {
	s := &walk{Walker: w, ctx: ctx, roots: roots, visited: map[fileID]bool{}, visit: visit}
	for _, r := range roots {
		var err error
		if r.Folder {
			err = s.folder(place{r.Path, r.Virtual, "", r.Path}, true)
		} else {
			err = s.rootFile(r)
		}
		if err != nil {
			return err
		}
	}
	for len(s.linked) > 0 {
		next := s.linked[0]
		s.linked = s.linked[1:]
		if err := s.folder(next, false); err != nil {
			return err
		}
	}
	return nil
}

func (s *walk) rootFile(r Root) error {
	info, err := os.Stat(r.Path)
	if err != nil {
		return nil // it was there a moment ago
	}
	return s.file(place{r.Path, r.Virtual, "", r.Path}, info)
}

// folder visits what lies in a folder. A folder that the user named himself is
// walked whatever it is.
func (s *walk) folder(p place, named bool) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if first, err := s.enter(p); !first {
		return err
	}
	entries, err := os.ReadDir(p.path)
	if err != nil {
		return s.unreadable(p, err)
	}
	if !named && made(entries) {
		s.passed(p.path, "made by curate")
		return nil
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	for _, e := range entries {
		if err := s.entry(p.child(e.Name()), e); err != nil {
			return err
		}
	}
	return nil
}

// enter tells whether this is the first time that the walk comes to a folder.
func (s *walk) enter(p place) (bool, error) {
	info, err := os.Stat(p.path)
	if err != nil {
		return false, s.unreadable(p, err)
	}
	_, id := identity(info)
	if id == (fileID{}) {
		return true, nil
	}
	if s.visited[id] {
		s.passed(p.path, "the same folder as one already read")
		return false, nil
	}
	s.visited[id] = true
	return true, nil
}

func (s *walk) unreadable(p place, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return s.visit(File{Path: p.path, Virtual: p.virtual, Rel: p.rel, Root: p.root, Kind: Folder, Problem: Reason(err)})
}

func (s *walk) entry(p place, e fs.DirEntry) error {
	if hidden(e.Name()) || s.Exclude.Match(p.rel) || s.Owned != nil && s.Owned(p.path) {
		return nil
	}
	switch {
	case e.IsDir():
		return s.folder(p, false)
	case e.Type()&fs.ModeSymlink != 0:
		return s.link(p)
	}
	info, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return s.visit(File{Path: p.path, Virtual: p.virtual, Rel: p.rel, Root: p.root, Problem: Reason(err)})
	}
	return s.file(p, info)
}

func (s *walk) file(p place, info fs.FileInfo) error {
	f := File{Path: p.path, Virtual: p.virtual, Rel: p.rel, Root: p.root, Stat: StatOf(info)}
	switch {
	case !info.Mode().IsRegular():
		f.Kind = Special
	case IsContainerName(p.path):
		f.Kind = Container
	}
	return s.visit(f)
}

func (s *walk) link(p place) error {
	info, err := os.Stat(p.path)
	if err != nil {
		return s.deadLink(p, err)
	}
	real, err := filepath.EvalSymlinks(p.path)
	if err != nil {
		return s.deadLink(p, err)
	}
	switch {
	case s.covers(real):
		s.passed(p.path, "a link to what is read under its own name")
		return nil
	case info.IsDir() && s.above(real):
		s.passed(p.path, "a link back to a folder above")
		return nil
	}
	if info.IsDir() {
		s.linked = append(s.linked, place{real, p.virtual, p.rel, p.root})
		return nil
	}
	return s.file(p, info)
}

func (s *walk) deadLink(p place, err error) error {
	why := "a link to nothing"
	if !errors.Is(err, fs.ErrNotExist) {
		why = Reason(err)
	}
	f := File{Path: p.path, Virtual: p.virtual, Rel: p.rel, Root: p.root, Problem: why}
	if info, err := os.Lstat(p.path); err == nil {
		f.Stat = StatOf(info)
	}
	return s.visit(f)
}

// covers tells whether the walk comes to a real path without any link.
func (s *walk) covers(real string) bool {
	for _, r := range s.roots {
		if beneath(r.Path, real) && !s.skips(r, real) {
			return true
		}
	}
	return false
}

// above tells whether a folder holds one of the roots.
func (s *walk) above(real string) bool {
	for _, r := range s.roots {
		if beneath(real, r.Path) {
			return true
		}
	}
	return false
}

// skips tells whether something on the way from a root to path is passed over.
func (s *walk) skips(r Root, path string) bool {
	rel, err := filepath.Rel(r.Path, path)
	if err != nil || rel == "." {
		return err != nil
	}
	return s.Exclude.skipsAny(filepath.ToSlash(rel))
}

func (s *walk) passed(path, why string) {
	if s.Passed != nil {
		s.Passed(path, why)
	}
}

func (p place) child(name string) place {
	rel := name
	if p.rel != "" {
		rel = p.rel + "/" + name
	}
	return place{filepath.Join(p.path, name), filepath.Join(p.virtual, name), rel, p.root}
}

// made tells whether a folder's files say that curate made it.
func made(entries []fs.DirEntry) bool {
	for _, e := range entries {
		if e.Name() == runFile || e.Name() == Marker {
			return true
		}
	}
	return false
}

// containerEnds are the ends of names that OpenArchive knows.
var containerEnds = []string{".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".parquet"}

// IsContainerName tells whether a file is named like an archive or table that
// OpenArchive can read. The content has the last word there.
func IsContainerName(name string) bool { return containerEnd(name) != "" }

func containerEnd(name string) string {
	lower := strings.ToLower(filepath.Base(name))
	for _, end := range containerEnds {
		if strings.HasSuffix(lower, end) && len(lower) > len(end) {
			return end
		}
	}
	return ""
}
