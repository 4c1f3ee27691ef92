package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
)

func total(t testing.TB, x *Index, query string) int {
	t.Helper()
	found, err := x.Find(t.Context(), Request{Query: query})
	if err != nil {
		t.Fatal(err)
	}
	return found.Total
}

func updated(t testing.TB, x *Index) Updated {
	t.Helper()
	u, err := x.Update(t.Context(), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Only what has changed since the last time is indexed, and it is found as it is now.
func TestUpdate(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 100)
	x := opened(t, c)
	if u := updated(t, x); u != (Updated{Images: 100}) {
		t.Errorf("nothing has changed: %+v", u)
	}
	heap(t, c, 100, 110)
	ids := record(t, c, made(3))
	if _, _, err := c.Decide(t.Context(), "curate label", []catalog.Decision{{Kind: catalog.Label, Image: ids[0], Value: "sketch"}}); err != nil {
		t.Fatal(err)
	}
	var reports []string
	u, err := x.Update(t.Context(), 0, func(done, of int) { reports = append(reports, fmt.Sprint(done, "/", of)) })
	if err != nil || u != (Updated{Images: 110, Changed: 11}) || reports[len(reports)-1] != "11/11" {
		t.Errorf("ten more and one changed: %+v, %v (%v)", u, reports, err)
	}
	if n := total(t, x, "label:sketch"); n != 1 || total(t, x, "") != 110 || total(t, x, "IMG_000105") != 1 {
		t.Errorf("%d sketches of %d images", n, total(t, x, ""))
	}
	if n, err := x.Images(); n != 110 || err != nil {
		t.Errorf("%d images are indexed (%v)", n, err)
	}
}

// Many small steps leave neither many files nor old generations.
func TestManyUpdates(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 50)
	x := opened(t, c)
	for i := range 2 * mostSegments {
		heap(t, c, 50+i, 51+i)
		updated(t, x)
	}
	if n := total(t, x, "IMG"); n != 50+2*mostSegments {
		t.Errorf("%d are found", n)
	}
	segments, err := filepath.Glob(filepath.Join(x.root, "*", indexName, "store", "*.zap"))
	if err != nil || len(segments) > mostSegments+3 {
		t.Errorf("%d parts of an index (%v)", len(segments), err)
	}
	if all := numbers(x.root); len(all) != 1 {
		t.Errorf("generations %v", all)
	}
}

// The catalogue beside the cache may be another one: what is not in it is not found.
func TestImagesThatLeft(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 20)
	cache := t.TempDir()
	first := Open(c, cache)
	updated(t, first)
	first.Close()
	other := newCatalog(t)
	heap(t, other, 0, 15)
	x := Open(other, cache)
	defer x.Close()
	if u := updated(t, x); u.Changed == 0 || total(t, x, "") != 15 {
		t.Errorf("%+v, %d are found", u, total(t, x, ""))
	}
}

// One searches what there was while another goes on with it, and then what there is.
func TestReadersAndAWriter(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 200)
	page, command := opened(t, c), opened(t, c)
	if total(t, command, "car") != 25 {
		t.Error("the second sees something else than the first")
	}
	heap(t, c, 200, 240)
	searching, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for _, x := range []*Index{page, command} {
		readers.Go(func() {
			for searching.Err() == nil {
				found, err := x.Find(context.Background(), Request{Query: "car", Limit: 5, Facets: 5})
				if err != nil || found.Total != 25 && found.Total != 30 {
					t.Errorf("found %d (%v)", found.Total, err)
					return
				}
			}
		})
	}
	updated(t, command)
	stop()
	readers.Wait()
	if total(t, page, "car") != 30 {
		t.Error("the page does not see what the command has indexed")
	}
}

// Whoever finds another indexing searches what is there, waits for it, or does it himself.
func TestAnotherIsIndexing(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 10)
	x := opened(t, c)
	heap(t, c, 10, 12)
	unlock, err := lock(t.Context(), filepath.Join(x.root, "lock"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Update(t.Context(), time.Millisecond, nil); err != ErrBusy {
		t.Errorf("error %v, want that another is indexing", err)
	}
	if n := total(t, x, ""); n != 10 {
		t.Errorf("%d are found meanwhile", n)
	}
	empty := Open(c, t.TempDir())
	defer empty.Close()
	if err := os.MkdirAll(empty.root, 0o777); err != nil {
		t.Fatal(err)
	}
	other, err := lock(t.Context(), filepath.Join(empty.root, "lock"), 0)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, other)
	if u, err := empty.Update(t.Context(), time.Minute, nil); err != nil || u.Changed != 12 {
		t.Errorf("%+v (%v)", u, err)
	}
	heap(t, c, 12, 13)
	if u, err := x.Update(t.Context(), NoWait, nil); err != nil || u.Changed != 3 || total(t, x, "") != 13 {
		t.Errorf("without waiting: %+v (%v)", u, err)
	}
	unlock()
	heap(t, c, 13, 15)
	if u := updated(t, x); u.Changed != 2 {
		t.Errorf("when the other is done: %+v", u)
	}
}

// What cannot be kept is made for once.
func TestCacheThatCannotBeWritten(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 10)
	file := filepath.Join(t.TempDir(), "cache")
	if err := os.WriteFile(file, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	x := Open(c, file)
	updated(t, x)
	heap(t, c, 10, 12)
	updated(t, x)
	if total(t, x, "") != 12 {
		t.Errorf("%d are found", total(t, x, ""))
	}
	private := x.private
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(private); err == nil {
		t.Error("it was left behind")
	}
}

// Damaged files count for nothing, and whatever was deleted is made again.
func TestDamage(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 10)
	for name, harm := range map[string]func(dir string) error{
		"all deleted":  func(dir string) error { return os.RemoveAll(filepath.Dir(filepath.Dir(dir))) },
		"no stamps":    func(dir string) error { return os.Remove(filepath.Join(dir, stampsName)) },
		"half a stamp": func(dir string) error { return os.Truncate(filepath.Join(dir, stampsName), 8) },
		"no root":      func(dir string) error { return os.Remove(filepath.Join(dir, indexName, "store", "root.bolt")) },
		"half a root":  func(dir string) error { return os.Truncate(filepath.Join(dir, indexName, "store", "root.bolt"), 5000) },
		"empty root":   func(dir string) error { return os.Truncate(filepath.Join(dir, indexName, "store", "root.bolt"), 0) },
		"no segment":   func(dir string) error { return os.Remove(filepath.Join(dir, indexName, "store", "000000000002.zap")) },
		"empty segment": func(dir string) error {
			return os.Truncate(filepath.Join(dir, indexName, "store", "000000000002.zap"), 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			cache := t.TempDir()
			x := Open(c, cache)
			updated(t, x)
			dir := x.now.dir
			x.Close()
			if err := harm(dir); err != nil {
				t.Fatal(err)
			}
			again := Open(c, cache)
			defer again.Close()
			if updated(t, again); total(t, again, "") != 10 {
				t.Errorf("%d are found", total(t, again, ""))
			}
		})
	}
}

// killed is set for the process that TestKill kills.
const killed = "CURATE_SEARCH_KILL"

// A process that dies while it indexes leaves what others can search, and go on with; and what it has left is taken away.
func TestKill(t *testing.T) {
	if path := os.Getenv(killed); path != "" {
		indexUntilKilled(t, path)
		return
	}
	c := newCatalog(t)
	heap(t, c, 0, 2000)
	for _, indexed := range []int{0, 2000} { // the first index of all, and a further one
		if indexed > 0 {
			heap(t, c, 2000, 2600)
		}
		cmd := exec.Command(os.Args[0], "-test.run", "^TestKill$", "-test.v")
		cmd.Env = append(os.Environ(), killed+"="+c.Path())
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "half done") {
			t.Fatalf("the process was to die while indexing: %v\n%s", err, out)
		}
		x := Open(c, c.CacheDir())
		if n := total(t, x, ""); n != indexed {
			t.Errorf("%d are found after the kill, want %d", n, indexed)
		}
		left, _ := filepath.Glob(filepath.Join(x.root, unfinished+"*"))
		if len(left) != 1 {
			t.Errorf("the dead process has left %v", left)
		}
		if updated(t, x); total(t, x, "IMG") != map[int]int{0: 2000, 2000: 2600}[indexed] {
			t.Errorf("%d are found in the end", total(t, x, "IMG"))
		}
		if left, _ = filepath.Glob(filepath.Join(x.root, unfinished+"*")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
		x.Close()
	}
}

func indexUntilKilled(t *testing.T, path string) {
	c, err := catalog.Open(t.Context(), path, catalog.ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	x := Open(c, c.CacheDir())
	_, err = x.Update(t.Context(), 0, func(done, of int) {
		if done > 0 {
			fmt.Println("half done")
			self, _ := os.FindProcess(os.Getpid())
			self.Kill()
			select {}
		}
	})
	t.Fatal("it came to its end", err)
}

// What is open when the cache is deleted goes on being searched, and what comes after it is found, too.
func TestTheCacheIsDeletedWhileItIsOpen(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 20)
	x := opened(t, c)
	heap(t, c, 20, 21)
	if _, err := x.Update(t.Context(), 0, nil); err != nil { // so that the next number is lower
		t.Fatal(err)
	}
	if err := os.RemoveAll(c.CacheDir()); err != nil {
		t.Fatal(err)
	}
	if n, err := x.Images(); n != 21 || err != nil {
		t.Errorf("%d images (%v)", n, err)
	}
	for n := 22; n < 24; n++ {
		heap(t, c, n-1, n)
		if _, err := x.Update(t.Context(), 0, nil); err != nil {
			t.Fatal(err)
		}
		if found, err := x.Find(t.Context(), Request{Limit: 1}); err != nil || found.Total != n {
			t.Errorf("%d of %d images (%v)", found.Total, n, err)
		}
	}
}

// Indexing that ends before it has read an image leaves nothing, and the next goes on.
func TestStoppedBeforeTheFirstImage(t *testing.T) {
	c := newCatalog(t)
	heap(t, c, 0, 20)
	x := Open(c, c.CacheDir())
	defer x.Close()
	ctx, stop := context.WithCancel(t.Context())
	_, err := x.Update(ctx, 0, func(int, int) { stop() })
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if u := updated(t, x); u.Changed != 20 || total(t, x, "") != 20 {
		t.Errorf("then %+v, %d found", u, total(t, x, ""))
	}
}

// Images that are gone when they are to be read leave an index that holds nothing, and can be read.
func TestNothingLeftToIndex(t *testing.T) {
	dir := t.TempDir()
	s, err := newWhole(dir)
	if err == nil {
		err = s.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	again, err := newFurther(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.close(); err != nil {
		t.Error(err)
	}
}
