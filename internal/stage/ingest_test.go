package stage

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
)

func TestIngestTellsWhatHappened(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "real/car/1.jpg", "real/car/copy.jpg")
	h.draw(2, "real/dog/2.jpg")
	h.draw(3, "fake/3.png")
	h.write("real/broken.jpg", picture(t, 4, "x.jpg")[:700])
	h.write("real/empty.jpg", nil)
	h.write("real/zeros.png", make([]byte, 5000))
	h.write("notes.txt", []byte("no picture"))
	h.write("empty.txt", nil)
	h.write("page.jpg", []byte("<html>not found</html>"))

	first := h.ingest()
	h.expect(first, "added 4 changed 0 moved 0 gone 0 unchanged 0 invalid 3 other 3")
	if first.Misnamed != 1 || fmt.Sprint(first.MisnamedAs) != fmt.Sprint([]string{h.path("page.jpg")}) {
		t.Errorf("%d misnamed, %v, want page.jpg", first.Misnamed, first.MisnamedAs)
	}
	if first.NewImages != 6 {
		t.Errorf("%d new images, want 6", first.NewImages)
	}
	if got := fmt.Sprint(first.Table); got != "[{ai  1} {real car 2} {real dog 1}]" {
		t.Errorf("table: %s", got)
	}
	for _, u := range first.Unusable {
		want := map[string]string{"broken.jpg": "truncated", "empty.jpg": "empty file", "zeros.png": "holds zeros"}[filepath.Base(u.Path)]
		if want == "" || !strings.Contains(u.Reason, want) {
			t.Errorf("%s: %q", u.Path, u.Reason)
		}
	}

	h.expect(h.ingest(), "added 0 changed 0 moved 0 gone 0 unchanged 4 invalid 3 other 3")

	h.draw(20, "real/dog/2.jpg")              // other content
	h.rename("fake/3.png", "real/tree/3.png") // moved
	h.draw(5, "new/5.jpg")
	remove(t, h.path("real/car/copy.jpg"))
	second := h.ingest()
	h.expect(second, "added 1 changed 1 moved 1 gone 1 unchanged 1 invalid 3 other 3")
	want := []string{
		"fake/3.png gone", "new/5.jpg /", "real/car/1.jpg real/car", "real/car/copy.jpg gone", "real/dog/2.jpg real/dog", "real/tree/3.png real/tree",
	}
	got := strings.Join(h.content(), "\n")
	for _, w := range want {
		path, facts, _ := strings.Cut(w, " ")
		live := strings.Contains(got, path+" gone=false "+facts+"/ ")
		if gone := facts == "gone"; gone == live {
			t.Errorf("%s: not as wanted in\n%s", w, got)
		}
	}
	h.expect(h.ingest(), "added 0 changed 0 moved 0 gone 0 unchanged 4 invalid 3 other 3")
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// files reads the catalogue's file and its log.
func (h *heap) files() []byte {
	h.Helper()
	var all []byte
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(h.env.Catalog.Path() + suffix)
		if err != nil && !os.IsNotExist(err) {
			h.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// A folder that was renamed is moved, though only its new name is ingested; what
// has other copies elsewhere is new.
func TestIngestFindsWhatMovedFromElsewhere(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "old/1.jpg", "old/twin.jpg")
	h.draw(2, "old/2.jpg")
	h.draw(3, "stays/3.jpg")
	h.ingest(func(o *IngestOptions) { o.Facts.Label = "real" })
	h.rename("old", "new")
	h.draw(1, "new/third.jpg")
	h.draw(3, "new/3.jpg")
	only := func(o *IngestOptions) { o.Roots = h.options(h.path("new")).Roots }
	h.expect(h.ingest(only), "added 2 changed 0 moved 3 gone 0 unchanged 0 invalid 0 other 0")
	h.expect(h.ingest(), "added 0 changed 0 moved 0 gone 0 unchanged 6 invalid 0 other 0")
	for row, err := range h.env.Catalog.Images(t.Context(), catalog.Filter{}) {
		if err != nil || row.Label != "real" {
			t.Errorf("%s: label %q, %v", row.Path, row.Label, err)
		}
	}
}

func TestSecondIngestWritesNothing(t *testing.T) {
	h := newHeap(t)
	for i := range uint64(20) {
		h.draw(i, fmt.Sprintf("real/%d.jpg", i))
	}
	h.write("notes.txt", []byte("no picture"))
	h.write("real/broken.jpg", picture(t, 99, "x.jpg")[:700])
	h.write("more.zip", zipped(t, map[string][]byte{"ai/1.jpg": picture(t, 50, "x.jpg"), "ai/1.txt": []byte("a car")}))
	manifest := filepath.Join(h.dir, "..", "m.tsv")
	if err := os.WriteFile(manifest, []byte("path\tprompt\nheap/real/1.jpg\tone\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	withManifest := func(o *IngestOptions) {
		m, err := ingest.OpenManifest(manifest, catalog.Canonical)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { m.Close() })
		o.Manifest = m
	}
	h.expect(h.ingest(withManifest), "added 21 changed 0 moved 0 gone 0 unchanged 0 invalid 1 other 2")
	before, seen := h.files(), mustRead(t, filepath.Join(h.env.Cache, "ingest.seen"))
	for range 2 {
		h.expect(h.ingest(withManifest), "added 0 changed 0 moved 0 gone 0 unchanged 21 invalid 1 other 2")
	}
	if !bytes.Equal(before, h.files()) {
		t.Error("the catalogue was written to")
	}
	if !bytes.Equal(seen, mustRead(t, filepath.Join(h.env.Cache, "ingest.seen"))) {
		t.Error("the cache was written to")
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func zipped(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A file that was only touched is unchanged, and one that was replaced by another
// of the same size and time is not.
func TestIngestSeesContentNotTimes(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "a.jpg")
	h.write("b.jpg", []byte("\xff\xd8\xff one"))
	h.expect(h.ingest(), "added 1 changed 0 moved 0 gone 0 unchanged 0 invalid 1 other 0")

	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(h.path("a.jpg"), later, later); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(h.path("b.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	h.write("b.new", []byte("\xff\xd8\xff two"))
	if err := os.Chtimes(h.path("b.new"), info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	h.rename("b.new", "b.jpg")
	r := h.ingest()
	h.expect(r, "added 0 changed 0 moved 0 gone 0 unchanged 1 invalid 1 other 0")
	if r.NewImages != 1 {
		t.Errorf("%d new images, want the one that replaced b.jpg", r.NewImages)
	}
	before := h.files()
	h.ingest()
	if !bytes.Equal(before, h.files()) {
		t.Error("a touched file is read again and again")
	}
}

func TestIngestLabels(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "real/car/1.jpg")
	h.draw(2, "real/2.jpg")
	label := func(want string) {
		t.Helper()
		if got := strings.Join(h.content(), "\n"); strings.Count(got, want) != 1 {
			t.Errorf("no single %q in\n%s", want, got)
		}
	}
	h.ingest()
	label("1.jpg gone=false real/car/ ")
	r := h.ingest(func(o *IngestOptions) { o.Facts.Label, o.Facts.Subject = "ai", "tree" })
	if r.Relabelled != 2 || r.Unchanged != 2 {
		t.Errorf("relabelled %d of %d", r.Relabelled, r.Unchanged)
	}
	label("1.jpg gone=false ai/tree/ ")
	// Guesses from folders fill gaps only; what the user said stays.
	if r = h.ingest(); r.Relabelled != 0 {
		t.Errorf("a plain ingest relabelled %d", r.Relabelled)
	}
	label("2.jpg gone=false ai/tree/ ")
	layout, err := ingest.ParseLayout("{label}/{subject}")
	if err != nil {
		t.Fatal(err)
	}
	h.ingest(func(o *IngestOptions) { o.Layout = layout })
	label("1.jpg gone=false real/car/ ")
}

func TestIngestArchives(t *testing.T) {
	h := newHeap(t)
	one, two, three := picture(t, 1, "x.jpg"), picture(t, 2, "x.png"), picture(t, 3, "x.jpg")
	h.write("a.zip", zipped(t, map[string][]byte{"real/1.jpg": one, "real/1.txt": []byte("a car"), "ai/cut.jpg": three[:500], ".hidden/2.png": two}))
	h.draw(1, "copy.jpg")
	r := h.ingest()
	h.expect(r, "added 2 changed 0 moved 0 gone 0 unchanged 0 invalid 1 other 1")
	if r.Archives != 1 || r.NewImages != 2 {
		t.Errorf("archives %d, images %d", r.Archives, r.NewImages)
	}
	got := strings.Join(h.content(), "\n")
	if !strings.Contains(got, "a.zip/real/1.jpg gone=false real//a car ") {
		t.Errorf("no a.zip/real/1.jpg with its label and prompt in\n%s", got)
	}

	h.write("a.zip", zipped(t, map[string][]byte{"real/1.jpg": one, "ai/2.png": two}))
	h.expect(h.ingest(), "added 1 changed 0 moved 0 gone 1 unchanged 2 invalid 0 other 0")

	h.rename("a.zip", "b.zip")
	h.expect(h.ingest(), "added 0 changed 0 moved 2 gone 0 unchanged 1 invalid 0 other 0")

	h.write("b.zip", zipped(t, map[string][]byte{"real/1.jpg": one})[:100])
	r = h.ingest()
	h.expect(r, "added 0 changed 0 moved 0 gone 2 unchanged 1 invalid 1 other 0")
	if len(r.Unusable) != 1 || !strings.HasPrefix(r.Unusable[0].Reason, "archive: ") {
		t.Errorf("a damaged archive: %+v", r.Unusable)
	}
	h.expect(h.ingest(), "added 0 changed 0 moved 0 gone 0 unchanged 1 invalid 1 other 0")
}

// Whatever was in the way when an ingest ended, the next one ends with what an
// undisturbed one has.
func TestIngestGoesOnAfterAnInterruption(t *testing.T) {
	whole, cut := newHeap(t), newHeap(t)
	for i := range uint64(60) {
		name := fmt.Sprintf("real/%02d.jpg", i)
		whole.draw(i/2, name) // every content twice
		cut.draw(i/2, name)
	}
	whole.ingest()
	for try := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		cut.env.Progress = nil
		s := newIngest(cut.env, cut.options())
		stopAfter := 7 * (try + 1)
		if err := s.makePlan(ctx); err != nil {
			t.Fatal(err)
		}
		s.tell = func(int64) {
			if stopAfter--; stopAfter == 0 {
				cancel()
			}
		}
		if err := s.readNew(ctx); err == nil && stopAfter <= 0 {
			t.Error("a cancelled ingest returned no error")
		}
		cancel()
	}
	partly := len(cut.content())
	if partly < 7 {
		t.Errorf("%d of 60 were recorded when 7 were finished", partly)
	}
	cut.expect(cut.ingest(), fmt.Sprintf("added %d changed 0 moved 0 gone 0 unchanged %d invalid 0 other 0", 60-partly, partly))
	if a, b := whole.content(), cut.content(); !slices.Equal(a, b) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(b, "\n"), strings.Join(a, "\n"))
	}
}

// The order of rows does not depend on which worker was faster.
func TestIngestIsDeterministic(t *testing.T) {
	var first []string
	for range 2 {
		h := newHeap(t)
		for i := range uint64(30) {
			h.draw(i, fmt.Sprintf("%02d.png", i))
		}
		h.ingest()
		var order []string
		for r, err := range h.env.Catalog.Images(t.Context(), catalog.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			order = append(order, fmt.Sprint(r.ID, filepath.Base(r.Path)))
		}
		if first == nil {
			first = order
		}
		if !slices.Equal(first, order) {
			t.Errorf("got %v, then %v", first, order)
		}
	}
}

func TestIngestCountsFoldersThatCannotBeRead(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root can read every folder")
	}
	h := newHeap(t)
	h.draw(1, "open/1.jpg", "shut/2.jpg", "3.jpg")
	h.ingest()
	for _, name := range []string{"shut", "3.jpg"} {
		if err := os.Chmod(h.path(name), 0); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(h.path("shut"), 0o777)
	r := h.ingest()
	h.expect(r, "added 0 changed 0 moved 0 gone 0 unchanged 1 invalid 1 other 0")
	if r.Unreadable != 1 || len(r.Unusable) != 2 {
		t.Errorf("got %+v", r)
	}
}
