package stage

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/scene"
)

// heap is a folder of pictures with a catalogue beside it.
type heap struct {
	*testing.T
	dir string // of the pictures
	env *Env
}

func newHeap(t *testing.T) *heap {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &heap{T: t, dir: filepath.Join(root, "heap")}
	if err := os.Mkdir(h.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	h.env = &Env{Notice: t.Logf, Threads: 2}
	h.openCatalog(filepath.Join(root, "curate.db"))
	return h
}

func (h *heap) openCatalog(path string) {
	h.Helper()
	c, err := catalog.Create(h.Context(), path)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { c.Close() })
	h.env.Catalog, h.env.Cache = c, c.CacheDir()
}

// picture encodes a drawn scene as the name's ending says.
func picture(t testing.TB, seed uint64, name string) []byte {
	t.Helper()
	p := scene.Render(seed, 96, 64)
	data, err := edit.EncodeJPEG(p, 90)
	if filepath.Ext(name) == ".png" {
		data, err = edit.EncodePNG(p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (h *heap) draw(seed uint64, names ...string) {
	h.Helper()
	for _, name := range names {
		h.write(name, picture(h, seed, name))
	}
}

func (h *heap) path(name string) string { return filepath.Join(h.dir, name) }

func (h *heap) write(name string, data []byte) {
	h.Helper()
	if err := os.MkdirAll(filepath.Dir(h.path(name)), 0o777); err != nil {
		h.Fatal(err)
	}
	if err := os.WriteFile(h.path(name), data, 0o666); err != nil {
		h.Fatal(err)
	}
}

func (h *heap) rename(from, to string) {
	h.Helper()
	if err := os.MkdirAll(filepath.Dir(h.path(to)), 0o777); err != nil {
		h.Fatal(err)
	}
	if err := os.Rename(h.path(from), h.path(to)); err != nil {
		h.Fatal(err)
	}
}

func (h *heap) options(args ...string) IngestOptions {
	h.Helper()
	if len(args) == 0 {
		args = []string{h.dir}
	}
	roots, err := ingest.Roots(args, catalog.Canonical)
	if err != nil {
		h.Fatal(err)
	}
	return IngestOptions{Command: "curate ingest heap", Roots: roots, Layout: ingest.DefaultLayout()}
}

func (h *heap) ingest(change ...func(*IngestOptions)) IngestResult {
	h.Helper()
	o := h.options()
	for _, c := range change {
		c(&o)
	}
	r, err := Ingest(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	if r.Found != r.Added+r.Changed+r.Moved+r.Unchanged+r.Invalid {
		h.Errorf("found is not the sum of its parts: %+v", r)
	}
	return r
}

// counts is the result in short.
func counts(r IngestResult) string {
	return fmt.Sprintf("added %d changed %d moved %d gone %d unchanged %d invalid %d other %d",
		r.Added, r.Changed, r.Moved, r.Gone, r.Unchanged, r.Invalid, r.Other)
}

func (h *heap) expect(r IngestResult, want string) {
	h.Helper()
	if got := counts(r); got != want {
		h.Errorf("got  %s\nwant %s", got, want)
	}
}

// content is what the catalogue says of every location, without its row numbers
// and times.
func (h *heap) content() []string {
	h.Helper()
	var out []string
	var ids []catalog.ImageID
	rows := map[catalog.ImageID]catalog.Row{}
	for r, err := range h.env.Catalog.Images(h.Context(), catalog.Filter{}) {
		if err != nil {
			h.Fatal(err)
		}
		ids = append(ids, r.ID)
		rows[r.ID] = r
	}
	locations, err := h.env.Catalog.Locations(h.Context(), ids...)
	if err != nil {
		h.Fatal(err)
	}
	for id, ls := range locations {
		r := rows[id]
		for _, l := range ls {
			rel := strings.TrimPrefix(l.Path, h.dir+"/")
			out = append(out, fmt.Sprintf("%s gone=%t %s/%s/%s %.8s %s %s %dx%d %q", rel, !l.Gone.IsZero(), l.Origin.Label, l.Origin.Subject,
				l.Origin.Prompt, r.Hash, r.Status, r.Format, r.Width, r.Height, r.Invalid))
		}
	}
	slices.Sort(out)
	return out
}
