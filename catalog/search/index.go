package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/curate/curate/catalog"
)

// Index is the full-text index of a catalogue. It must be closed. Its methods may be called from several goroutines.
type Index struct {
	catalog *catalog.Catalog
	root    string // folder of the generations

	mu      sync.Mutex // guards what follows
	now     *generation
	private string // folder of an index that could not be kept, "" if none was needed

	updating sync.Mutex // one Update at a time
}

// Open opens the index that lies in a catalogue's cache folder; where there is none the index is empty until Update.
func Open(c *catalog.Catalog, cache string) *Index {
	return &Index{catalog: c, root: filepath.Join(cache, "search", fmt.Sprintf("%d.%d", layout, meaning))}
}

// Close closes the index, and takes away one that could not be kept.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	err := x.now.close()
	x.now = nil
	if x.private != "" {
		err = errors.Join(err, os.RemoveAll(x.private))
	}
	return err
}

// current returns the newest generation, opening what others have published; nil where there is none. It stays open until a newer one
// takes its place: then what is asked of it fails with bleve.ErrorIndexClosed, and is to be asked again.
func (x *Index) current() (*generation, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	have := 0
	if x.now.there() {
		have = x.now.number
	}
	g := newest(x.root, have)
	if g == nil {
		return x.now, nil
	}
	old := x.now
	x.now = g
	return g, old.close()
}

// Images tells how many images are indexed.
func (x *Index) Images() (int, error) {
	g, err := x.current()
	if g == nil {
		return 0, err
	}
	return len(g.stamps), err
}

// ErrBusy says that another process is indexing, and that what is there can be searched meanwhile.
var ErrBusy = errBusy

// Updated tells what Update did.
type Updated struct {
	Images  int // indexed now
	Changed int // of them, or no more of them, by this update
}

// NoWait, as the patience of Update, is to do what others are perhaps doing, too.
const NoWait = -1

// Update brings the index up to date with the catalogue. report, which may be nil, is told how many images of those that are new or changed
// are done. While another process is indexing, Update waits up to patience, and then returns ErrBusy. When ctx ends, the index is as it
// was. An index that cannot be kept, for want of a cache folder that can be written, is made for this Index alone.
func (x *Index) Update(ctx context.Context, patience time.Duration, report func(done, of int)) (Updated, error) {
	x.updating.Lock()
	defer x.updating.Unlock()
	now, err := x.catalog.TextStamps(ctx)
	if err != nil {
		return Updated{}, err
	}
	if p, err := x.planned(now); err != nil || p.size() == 0 && p.from != nil {
		return Updated{Images: len(now)}, err
	}
	unlock, err := x.lock(ctx, patience)
	if err != nil {
		return Updated{}, err
	}
	defer unlock()
	p, err := x.planned(now) // whoever held the lock may have done it
	if err != nil || p.size() == 0 && p.from != nil {
		return Updated{Images: len(now)}, err
	}
	if report == nil {
		report = func(int, int) {}
	}
	report(0, p.size())
	return Updated{len(now), p.size()}, x.write(ctx, p, func(done int) { report(done, p.size()) })
}

func (x *Index) planned(now map[catalog.ImageID]uint64) (plan, error) {
	g, err := x.current()
	if !g.there() {
		g = nil
	}
	return planned(g, now), err
}

// lock keeps others from doing the same work. An index that is to be made for this process alone needs none.
func (x *Index) lock(ctx context.Context, patience time.Duration) (unlock func(), err error) {
	if x.private == "" && os.MkdirAll(x.root, 0o777) == nil {
		if patience == NoWait {
			return func() {}, nil
		}
		unlock, err := lock(ctx, filepath.Join(x.root, "lock"), patience)
		if err == nil || errors.Is(err, errBusy) || ctx.Err() != nil {
			return unlock, err
		}
	}
	if x.private != "" {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "curate-search-")
	if err != nil {
		return nil, fmt.Errorf("make a search index: neither %s nor the folder for temporary files can be written: %w", x.root, err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.private, x.root = dir, filepath.Join(dir, "index")
	err = x.now.close()
	x.now = nil
	return func() {}, errors.Join(err, os.MkdirAll(x.root, 0o777))
}

// write makes the next generation and opens it.
func (x *Index) write(ctx context.Context, p plan, report func(done int)) (err error) {
	dir, err := os.MkdirTemp(x.root, unfinished)
	if err != nil {
		return fmt.Errorf("make a search index: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	unlock, err := lock(ctx, filepath.Join(dir, buildingName), 0)
	if err != nil {
		return err
	}
	err = build(ctx, x.catalog, dir, p, report)
	unlock()
	if err != nil {
		return err
	}
	number, err := publish(x.root, dir)
	if err != nil {
		return fmt.Errorf("make a search index: %w", err)
	}
	_, err = x.current()
	tidy(x.root, number)
	return err
}
