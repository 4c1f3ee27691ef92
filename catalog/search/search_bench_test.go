package search

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// images is the size of the catalogue of the benchmark.
var benchImages = func() int {
	if n, err := strconv.Atoi(os.Getenv("CURATE_BENCH_IMAGES")); err == nil {
		return n
	}
	return 100_000
}()

// BenchmarkHeap indexes a catalogue of 100,000 rows, goes on with a thousand more and asks it: docs/search-text.md has the figures.
//
//	go test ./catalog/search -run '^$' -bench Heap -benchtime 1x
func BenchmarkHeap(b *testing.B) {
	c := newCatalog(b)
	heap(b, c, 0, benchImages)
	for b.Loop() {
		x := Open(c, c.CacheDir())
		timed(b, "index all", func() error { _, err := x.Update(b.Context(), 0, nil); return err })
		fmt.Printf("size %.1f MB\n", float64(sizeOf(b, x.root))/1e6)
		timed(b, "nothing new", func() error { _, err := x.Update(b.Context(), 0, nil); return err })
		asked(b, x)
		for i := range 5 {
			heap(b, c, benchImages+i*1000, benchImages+(i+1)*1000)
			timed(b, "a thousand more", func() error { _, err := x.Update(b.Context(), 0, nil); return err })
		}
		asked(b, x)
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
		x = Open(c, c.CacheDir())
		timed(b, "open and first query", func() error { _, err := x.Find(b.Context(), Request{Query: "violet ship", Limit: 60}); return err })
		x.Close()
	}
}

func timed(b *testing.B, what string, do func() error) {
	b.Helper()
	began, spent := time.Now(), processorTime(b)
	if err := do(); err != nil {
		b.Fatal(err)
	}
	fmt.Printf("%-40s %8.1f ms, processor %8.1f ms\n", what, float64(time.Since(began).Microseconds())/1e3, 1e3*(processorTime(b)-spent))
}

// processorTime is what this process has taken, in seconds.
func processorTime(b *testing.B) float64 {
	b.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func asked(b *testing.B, x *Index) {
	b.Helper()
	for _, q := range []string{"car", "violet ship", "+red +car -photograph", `"by the sea"`, "label:ai +sunset", "IMG_001234.jpg", "flu*", "mountian~1", "aesthetic:>9.5", "generator:sdxl", "example", ""} {
		for _, r := range []Request{{Limit: 60}, {Limit: 60, Facets: 12}} {
			r.Query = q
			var n int
			timed(b, fmt.Sprintf("%q facets %d", q, r.Facets), func() error {
				found, err := x.Find(b.Context(), r)
				n = found.Total
				return err
			})
			if r.Facets > 0 {
				fmt.Println("   hits", n)
			}
		}
	}
}

func sizeOf(b *testing.B, root string) (n int64) {
	b.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, unfinished) {
			return err
		}
		info, err := d.Info()
		n += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}
