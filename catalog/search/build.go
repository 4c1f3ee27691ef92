package search

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"

	"github.com/curate/curate/catalog"
)

// batchImages is how many images are read and indexed at a time.
const batchImages = 1000

// sink takes documents: a whole index that is being made, or one that goes on.
type sink interface {
	put(id string, doc map[string]any) error
	drop(id string) error
	flush() error // what was given since the last time
	close() error
	abandon() error // instead of close: what it has written is of no use
}

// whole makes an index from nothing: one file of segments, read fastest.
type whole struct {
	b   bleve.Builder
	dir string
	n   int // documents
}

func newWhole(dir string) (sink, error) {
	m, err := newMapping()
	if err != nil {
		return nil, err
	}
	b, err := bleve.NewBuilder(filepath.Join(dir, indexName), m, map[string]any{"batchSize": batchImages, "buildPathPrefix": dir})
	return &whole{b: b, dir: dir}, err
}

func (w *whole) put(id string, doc map[string]any) error {
	w.n++
	return w.b.Index(id, doc)
}
func (w *whole) drop(string) error { return nil }
func (w *whole) flush() error      { return nil }

// close makes the index. A builder that was given nothing panics at that.
func (w *whole) close() error {
	if w.n > 0 {
		return w.b.Close()
	}
	if err := os.RemoveAll(filepath.Join(w.dir, indexName)); err != nil {
		return err
	}
	empty, err := newFurther(w.dir)
	if err != nil {
		return err
	}
	return empty.close()
}

// abandon leaves files, which go with their folder, and nothing that is open.
func (w *whole) abandon() error { return nil }

// further goes on with an index, of which it has its own folder.
type further struct {
	index bleve.Index
	batch *bleve.Batch
}

// newFurther opens the index in dir for writing; where there is none it makes an empty one.
func newFurther(dir string) (sink, error) {
	path := filepath.Join(dir, indexName)
	index, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": "2s"})
	if errors.Is(err, bleve.ErrorIndexPathDoesNotExist) {
		m, mapErr := newMapping()
		if mapErr != nil {
			return nil, mapErr
		}
		index, err = bleve.New(path, m)
	}
	if err != nil {
		return nil, err
	}
	return &further{index, index.NewBatch()}, nil
}

func (f *further) put(id string, doc map[string]any) error { return f.batch.Index(id, doc) }

func (f *further) drop(id string) error {
	f.batch.Delete(id)
	return nil
}

func (f *further) flush() error {
	defer f.batch.Reset()
	return f.index.Batch(f.batch)
}

// mostSegments is how many parts an index may have before they are joined: each of them costs every query.
const mostSegments = 12

func (f *further) close() error {
	err := f.join()
	return errors.Join(err, f.index.Close())
}

func (f *further) abandon() error { return f.index.Close() }

// join makes one part of many.
func (f *further) join() error {
	advanced, err := f.index.Advanced()
	if err != nil {
		return err
	}
	s, ok := advanced.(*scorch.Scorch)
	if !ok || s.StatsMap()["num_root_filesegments"].(uint64) <= mostSegments {
		return nil
	}
	return s.ForceMerge(context.Background(), nil)
}

// shareFiles makes the files of an index in another folder: those that never change are the same files, where the file system can.
func shareFiles(from, to string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if d.IsDir() {
			return os.MkdirAll(target, 0o777)
		}
		if strings.HasSuffix(name, ".zap") && os.Link(path, target) == nil {
			return nil
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// build writes into a folder of its own what the index is to be. report is told how many images are done.
func build(ctx context.Context, c *catalog.Catalog, dir string, p plan, report func(done int)) error {
	s, err := p.start(dir)
	if err != nil {
		return fmt.Errorf("start a search index: %w", err)
	}
	if err := fill(ctx, c, s, p.change, report); err != nil {
		return errors.Join(err, s.abandon())
	}
	if err := s.close(); err != nil {
		return fmt.Errorf("finish the search index: %w", err)
	}
	return writeStamps(filepath.Join(dir, stampsName), p.stamps)
}

// plan is how an index comes to what it is to be.
type plan struct {
	change
	from   *generation                // that it goes on with; nil: from nothing
	stamps map[catalog.ImageID]uint64 // of what it will hold
}

// planned says what is to be done to bring an index up to date; old may be nil. Where more than half is new, starting from nothing is
// less work and gives an index that is read faster.
func planned(old *generation, now map[catalog.ImageID]uint64) plan {
	if old != nil {
		if c := changed(old.stamps, now); c.size() <= len(old.stamps)/2 {
			return plan{c, old, now}
		}
	}
	return plan{changed(nil, now), nil, now}
}

func (p plan) start(dir string) (sink, error) {
	switch {
	case p.from != nil:
		if err := shareFiles(filepath.Join(p.from.dir, indexName), filepath.Join(dir, indexName)); err != nil {
			return nil, err
		}
	case len(p.put) > 0:
		return newWhole(dir)
	}
	return newFurther(dir)
}

func fill(ctx context.Context, c *catalog.Catalog, s sink, ch change, report func(done int)) error {
	for _, n := range ch.drop {
		if err := s.drop(id(n)); err != nil {
			return err
		}
	}
	for at := 0; at < len(ch.put); at += batchImages {
		some := ch.put[at:min(at+batchImages, len(ch.put))]
		if err := put(ctx, c, s, some); err != nil {
			return err
		}
		if err := s.flush(); err != nil {
			return err
		}
		report(len(ch.drop) + at + len(some))
	}
	return s.flush()
}

func put(ctx context.Context, c *catalog.Catalog, s sink, ids []catalog.ImageID) error {
	places, err := c.Locations(ctx, ids...)
	if err != nil {
		return err
	}
	for row, err := range c.Images(ctx, catalog.Filter{IDs: ids}) {
		if err != nil {
			return err
		}
		if err := s.put(id(row.ID), document(row, places[row.ID])); err != nil {
			return fmt.Errorf("index image %d: %w", row.ID, err)
		}
	}
	return nil
}
