package stage

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/thumb"
)

// works returns what the catalogue knows, by name of the file.
func (h *heap) works() map[string]catalog.Work {
	h.Helper()
	out := map[string]catalog.Work{}
	for w, err := range h.env.Catalog.Queue(h.Context(), catalog.Need{PHash: 1 << 20}) {
		if err != nil {
			h.Fatal(err)
		}
		out[filepath.Base(w.Path)] = w
	}
	return out
}

// thumbHeap holds a picture whose small picture shows, one with a tiny one, and one in
// an archive.
func thumbHeap(t *testing.T) *heap {
	h := newHeap(t)
	h.write("shows.png", mustPNG(t, scene.Render(1, 480, 360)))
	h.write("tiny.png", mustPNG(t, scene.Render(2, 200, 150)))
	h.write("more.zip", zipped(t, map[string][]byte{"member.png": mustPNG(t, scene.Render(3, 480, 360))}))
	h.ingest()
	return h
}

// What comes out is the same from the cache, without it, and with a damaged one.
func TestSmallPicturesDoNotDependOnTheCache(t *testing.T) {
	h := thumbHeap(t)
	store := filepath.Join(h.env.Cache, "thumbs.db")
	look := func() map[string]any {
		out := map[string]any{}
		s := openThumbs(h.env)
		defer s.Close()
		for name, w := range h.works() {
			small, err := s.small(t.Context(), w)
			view, err2 := s.view(t.Context(), w)
			hash, err3 := s.hash(t.Context(), w)
			img, err4 := h.env.Catalog.ImageByID(t.Context(), w.Image)
			if err != nil || err2 != nil || err3 != nil || err4 != nil || hash != *img.PHash {
				t.Errorf("%s: %v, %v, %v, %v, hash %x, recorded %x", name, err, err2, err3, err4, hash, img.PHash)
			}
			out[name] = []any{small, view}
		}
		return out
	}
	want := look()
	for name, spoil := range map[string]func() error{
		"deleted":  func() error { return os.RemoveAll(h.env.Cache) },
		"damaged":  func() error { return os.WriteFile(store, []byte("nothing of use"), 0o666) },
		"no cache": func() error { h.env.Cache = ""; return nil },
	} {
		cache := h.env.Cache
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if got := look(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: other pictures", name)
		}
		h.env.Cache = cache
	}
}

// A picture in the cache is used without decoding its original, as long as that is
// what it was.
func TestSmallPicturesAreUsed(t *testing.T) {
	h := thumbHeap(t)
	works := h.works()
	other, _, err := thumb.Make(mustPNG(t, scene.Render(9, 480, 360)), imageio.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := other.Pack()
	if err != nil {
		t.Fatal(err)
	}
	store, err := thumb.Open(h.env.Cache)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range works {
		if store.Get(t.Context(), w.Hash) == nil {
			t.Errorf("ingest left nothing of %s", w.Path)
		}
		if err := store.Put(t.Context(), []thumb.Entry{{Hash: w.Hash, Packed: packed}}); err != nil { // a mark
			t.Fatal(err)
		}
	}
	store.Close()
	s := openThumbs(h.env)
	defer s.Close()
	marked := func(name string) bool {
		t.Helper()
		p, err := s.view(t.Context(), works[name])
		want, err2 := thumb.Unpack(packed)
		if err != nil || err2 != nil {
			t.Fatal(name, err, err2)
		}
		return reflect.DeepEqual(p, want)
	}
	if !marked("shows.png") || !marked("member.png") {
		t.Error("the cache was not used")
	}
	for _, name := range []string{"shows.png", "more.zip"} {
		later := mustStat(t, h.path(name)).ModTime().Add(1e9)
		if err := os.Chtimes(h.path(name), later, later); err != nil {
			t.Fatal(err)
		}
	}
	if marked("shows.png") || marked("member.png") {
		t.Error("a file that may have changed was not looked at")
	}
}

func mustStat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
