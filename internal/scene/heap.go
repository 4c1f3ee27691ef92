package scene

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/curate/curate/internal/atomicfile"
)

// HeapOptions says what heap to draw. The same options give the same files.
type HeapOptions struct {
	Count int             // different scenes without fault; copies, edits and faults come on top. 0 stands for 360
	Seed  uint64          // 0 is a seed as good as any
	Start func(files int) // if set, called once when there is something to draw
	Done  func()          // if set, called after every file, from several goroutines at once
}

// DefaultCount is how many different scenes a heap has unless told.
const DefaultCount = 360

// Heap draws a heap of pictures into dir, with every fault and copy that
// [Planted] names, and returns the truth about it:
//
//	dir/raw/{real,ai}/SUBJECT/NNNN.jpg   the pictures ([Raw])
//	dir/raw.tsv                          their manifest ([Manifest])
//	dir/planted.json                     the truth ([ReadPlanted])
//
// Formats, qualities and sizes have the same distribution for both labels. A
// heap that is there already, whole and from the same options, is left alone;
// any other that this function has drawn is replaced.
func Heap(ctx context.Context, dir string, o HeapOptions) (Planted, error) {
	if o.Count == 0 {
		o.Count = DefaultCount
	}
	if old, err := ReadPlanted(dir); err == nil && old.present(dir, o) {
		return old, nil
	}
	if err := clearHeap(dir); err != nil {
		return Planted{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Planted{}, err
	}
	items := plan(o)
	p := Planted{Version: heapVersion, Seed: o.Seed, Count: o.Count, Drawn: true}
	for _, it := range items {
		p.Files = append(p.Files, it.File)
	}
	if err := p.write(dir); err != nil { // first: it says that raw/ is ours
		return p, err
	}
	if o.Start != nil {
		o.Start(len(items))
	}
	if err := writeItems(ctx, dir, items, o.Done); err != nil {
		return p, fmt.Errorf("draw pictures in %s: %w", dir, err)
	}
	if err := atomicfile.WriteFile(Manifest(dir), []byte(manifest(items)), 0o644); err != nil {
		return p, err
	}
	p.Complete = true
	return p, p.write(dir)
}

// writeItems draws on all cores.
func writeItems(ctx context.Context, dir string, items []item, done func()) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, it := range items {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := writeItem(dir, it); err != nil {
				return err
			}
			if done != nil {
				done()
			}
			return nil
		})
	}
	return group.Wait()
}

func writeItem(dir string, it item) error {
	data, err := it.content()
	if err != nil {
		return fmt.Errorf("%s: %w", it.Path, err)
	}
	path := filepath.Join(dir, filepath.FromSlash(it.Path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

// manifest lists every picture. Of copies it says only that somebody posted them
// again: the generator and the prompt are lost on the way, as on the web.
func manifest(items []item) string {
	var b strings.Builder
	b.WriteString("path\tlabel\tsubject\tsource\tgenerator\tprompt\n")
	for _, it := range items {
		if it.Kind == Other {
			continue
		}
		row := []string{it.Path, it.Label, it.Subject, it.source, it.generator, it.prompt}
		if it.of >= 0 {
			row = []string{it.Path, it.Label, it.Subject, "reposts", "", ""}
		}
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.String()
}

// sortItems puts items in the order of their paths.
func sortItems(items []item) {
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.Path, b.Path) })
}
