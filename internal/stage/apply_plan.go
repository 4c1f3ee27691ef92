package stage

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/trash"
)

// applyPlan is what Apply will do, before anything is done.
type applyPlan struct {
	dir    string // "" = the trash
	roots  []string
	finder trash.Finder
	bins   map[string]trash.Bin // trashes that take something, by folder
	moves  []catalog.FileMove
	taken  map[string]bool // targets that are given away
}

func (p *applyPlan) where() string {
	if p.dir == "" {
		return "the trash"
	}
	return p.dir
}

// plan finds the files that leave and a place for each. It touches nothing.
func (a *applying) plan(ctx context.Context, o ApplyOptions) (*applyPlan, error) {
	p := &applyPlan{bins: map[string]trash.Bin{}, taken: map[string]bool{}}
	var err error
	if p.roots, err = a.env.Catalog.Roots(ctx); err != nil {
		return nil, err
	}
	if o.Trash {
		p.finder, err = trash.System()
	} else {
		err = p.takeFolder(o.Dir, a.env.Catalog)
	}
	if err != nil {
		return nil, err
	}
	files, members, err := a.env.Catalog.Leavings(ctx)
	if err != nil {
		return nil, err
	}
	a.result.Members = members
	for _, f := range files {
		why, err := a.keepers.missing(ctx, f.Image)
		if err != nil {
			return nil, err
		}
		if why == "" {
			why = p.add(f)
		}
		if why != "" {
			a.result.Skipped = append(a.result.Skipped, UnusableInput{f.Path, why})
		}
	}
	// Links first: what they lead to may leave too.
	slices.SortStableFunc(p.moves, func(x, y catalog.FileMove) int { return linkFirst(x) - linkFirst(y) })
	return p, nil
}

// ErrApplyFolder is the fault of a folder that removed files cannot be moved to.
var ErrApplyFolder = errors.New("removed files cannot be moved there")

func (p *applyPlan) takeFolder(dir string, c *catalog.Catalog) (err error) {
	if p.dir, err = catalog.Canonical(dir); err != nil {
		return err
	}
	for _, root := range p.roots {
		if within(p.dir, root) {
			return fmt.Errorf("%w: %s lies inside %s, which is ingested: name a folder outside of it", ErrApplyFolder, dir, root)
		}
		if within(root, p.dir) {
			return fmt.Errorf("%w: %s holds %s, which is ingested: name a folder beside it", ErrApplyFolder, dir, root)
		}
	}
	if c.Owns(p.dir) {
		return fmt.Errorf("%w: %s belongs to the catalogue", ErrApplyFolder, dir)
	}
	if info, err := os.Stat(p.dir); err == nil && !info.IsDir() {
		return fmt.Errorf("%w: %s is a file", ErrApplyFolder, dir)
	}
	return nil
}

func linkFirst(m catalog.FileMove) int {
	if m.Kind == catalog.MoveLink {
		return 0
	}
	return 1
}

// within tells whether path is dir or lies beneath it.
func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// add plans the move of one file; why says what speaks against it.
func (p *applyPlan) add(f catalog.Leaving) (why string) {
	if p.dir != "" && within(f.Path, p.dir) {
		return "it is in " + p.dir + " already"
	}
	m := catalog.FileMove{Location: f.Location, Image: f.Image, Source: f.Path, Kind: catalog.MoveFile, Hash: f.Hash, Bytes: f.Size}
	info, err := os.Lstat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return "it is no longer there; run `curate ingest` again"
	case err != nil:
		return err.Error()
	case info.Mode()&fs.ModeSymlink != 0:
		m.Kind = catalog.MoveLink
		if m.Link, err = os.Readlink(f.Path); err != nil {
			return err.Error()
		}
	case !info.Mode().IsRegular() || info.Size() != f.Size:
		return errChanged.Error()
	}
	if p.dir == "" {
		why = p.placeInTrash(&m)
	} else {
		why = p.placeInFolder(&m, f.Root)
	}
	if why == "" {
		p.taken[m.Target] = true
		p.moves = append(p.moves, m)
	}
	return why
}

func (p *applyPlan) placeInTrash(m *catalog.FileMove) (why string) {
	bin, err := p.finder.For(m.Source)
	if err != nil {
		return "no trash: " + err.Error()
	}
	var ok bool
	m.Target, m.Trash, ok = bin.Place(filepath.Base(m.Source), m.Hash.String()[:8], func(path string) bool { return p.taken[path] })
	if !ok {
		return "the trash has other files of this name: empty it"
	}
	p.bins[bin.Files] = bin
	return ""
}

// placeInFolder keeps the tree below what was ingested. Where another file has the name already, the file's content is made part of its own;
// where the same file is there already, that one stands for it.
func (p *applyPlan) placeInFolder(m *catalog.FileMove, root string) (why string) {
	rel, beneath := strings.CutPrefix(m.Source, strings.TrimSuffix(root, "/")+"/")
	if root == "" || !beneath {
		rel = filepath.Base(m.Source)
	}
	ext := filepath.Ext(rel)
	for _, name := range []string{rel, strings.TrimSuffix(rel, ext) + "." + m.Hash.String()[:8] + ext} {
		m.Target = filepath.Join(p.dir, name)
		if p.ingested(m.Target) {
			return fmt.Sprintf("%s lies inside an ingested folder", m.Target)
		}
		switch there, err := contentAt(m.Target); {
		case err != nil:
			return err.Error()
		case p.taken[m.Target]:
		case there == nil:
			return ""
		case m.Kind == catalog.MoveFile && *there == m.Hash:
			m.Kind = catalog.MoveTwin
			return ""
		}
	}
	return "other files are at its places in " + p.dir
}

func (p *applyPlan) ingested(path string) bool {
	for _, root := range p.roots {
		if within(path, root) {
			return true
		}
	}
	return false
}

// contentAt is the hash of the file at path; nil when nothing is there, zero for what is no file.
func contentAt(path string) (*catalog.Hash, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return new(catalog.Hash), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	var out catalog.Hash
	copy(out[:], h.Sum(nil))
	return &out, nil
}

// plainly puts a full disk into words.
func plainly(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("the disk is full (%w)", err)
	}
	return err
}
