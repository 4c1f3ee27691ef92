package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/blevesearch/bleve/v2"

	"github.com/curate/curate/catalog"
)

// generation is one state of the index, open for reading. Its files never change.
type generation struct {
	number int
	dir    string
	index  bleve.Index
	stamps map[catalog.ImageID]uint64
}

// Files of a generation, and of one that is being written.
const (
	indexName    = "index"    // bleve's folder
	stampsName   = "stamps"   // see writeStamps
	buildingName = "building" // locked by who writes it
	unfinished   = "new-"     // how the names of those that are being written begin
)

// openGeneration opens one for reading. bleve shares its lock among readers.
func openGeneration(dir string, number int) (*generation, error) {
	stamps, err := readStamps(filepath.Join(dir, stampsName))
	if err != nil {
		return nil, err
	}
	index, err := bleve.OpenUsing(filepath.Join(dir, indexName), map[string]any{"read_only": true, "bolt_timeout": "2s"})
	if err != nil {
		return nil, fmt.Errorf("open the search index %s: %w", dir, err)
	}
	g := &generation{number, dir, index, stamps}
	// bleve takes an index whose parts are missing for an empty one.
	if n, err := index.DocCount(); err != nil || n != uint64(len(stamps)) {
		return nil, errors.Join(fmt.Errorf("open the search index %s: %w", dir, errStamps), err, g.close())
	}
	return g, nil
}

func (g *generation) close() error {
	if g == nil {
		return nil
	}
	return g.index.Close()
}

// there tells whether its files are still to be found: the cache may be deleted while they are open. They can be searched all the same,
// but what comes next can neither go on with them nor has it to have a higher number.
func (g *generation) there() bool { return g != nil && isOld(g.dir) }

// numbers lists the generations in a folder, newest first. A folder that cannot be read has none.
func numbers(root string) (out []int) {
	entries, _ := os.ReadDir(root)
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil && e.IsDir() {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Compare(b, a) })
	return out
}

func dirOf(root string, number int) string { return filepath.Join(root, fmt.Sprintf("%08d", number)) }

// newest opens the newest generation that can be opened, nil where there is none newer than have. One that is damaged counts for nothing:
// what it held is indexed again.
func newest(root string, have int) *generation {
	for range 5 { // others may take old ones away meanwhile
		gone := false
		for _, n := range numbers(root) {
			if n <= have {
				return nil
			}
			g, err := openGeneration(dirOf(root, n), n)
			if err == nil {
				return g
			}
			gone = gone || errors.Is(err, fs.ErrNotExist)
		}
		if !gone {
			return nil
		}
	}
	return nil
}

// publish gives a finished folder the next number.
func publish(root, dir string) (number int, err error) {
	if all := numbers(root); len(all) > 0 {
		number = all[0]
	}
	for range 100 { // others may be publishing, too
		number++
		if err = os.Rename(dir, dirOf(root, number)); err == nil || errors.Is(err, fs.ErrNotExist) {
			return number, err
		}
	}
	return 0, err
}

// tidy takes away the generations before a number, what killed processes have left, and what other versions of the program made. Whoever
// has an old one open goes on reading it. Failures cost space only, until the next time.
func tidy(root string, before int) {
	for _, n := range numbers(root) {
		// Under another name first, so that nobody takes the rest of it for whole.
		if dir := dirOf(root, n); n < before {
			_ = os.Rename(dir, filepath.Join(root, unfinished+filepath.Base(dir)))
		}
	}
	left, _ := filepath.Glob(filepath.Join(root, unfinished+"*"))
	for _, dir := range left {
		if abandoned(dir) {
			_ = os.RemoveAll(dir)
		}
	}
	versions, _ := filepath.Glob(filepath.Join(filepath.Dir(root), "*"))
	for _, dir := range versions {
		if dir != root {
			_ = os.RemoveAll(dir)
		}
	}
}

// startTime is how long a process may take from making its folder to locking it.
const startTime = time.Minute

// abandoned tells whether nobody writes into a folder any more.
func abandoned(dir string) bool {
	path := filepath.Join(dir, buildingName)
	if _, err := os.Stat(path); err != nil {
		info, err := os.Stat(dir)
		return err == nil && (time.Since(info.ModTime()) > startTime || isOld(dir))
	}
	unlock, err := lock(context.Background(), path, 0)
	if err != nil {
		return false
	}
	unlock()
	return true
}

// isOld tells whether a folder was a generation: those have stamps.
func isOld(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, stampsName))
	return err == nil
}
