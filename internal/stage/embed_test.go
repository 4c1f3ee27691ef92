package stage

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/embed"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit/vittest"
)

// embedHeap is a heap of n pictures, with an encoder to embed them.
func embedHeap(t *testing.T, n int) (*heap, EmbedOptions) {
	t.Helper()
	t.Setenv(runtimelib.Env, orttest.Open(t).Path())
	h := newHeap(t)
	h.env.Home, h.env.Device = t.TempDir(), "cpu"
	for i := range n {
		h.draw(uint64(i), fmt.Sprintf("%03d.png", i))
	}
	h.ingest()
	return h, EmbedOptions{Model: vittest.Folder(t, vittest.Config)}
}

func (h *heap) embed(o EmbedOptions) Embeddings {
	h.Helper()
	e, err := EnsureEmbeddings(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	return e
}

// vectors returns all embeddings of a space.
func (h *heap) vectors(space catalog.SpaceID) map[catalog.ImageID][]float32 {
	h.Helper()
	out := map[catalog.ImageID][]float32{}
	for v, err := range h.env.Catalog.Vectors(h.Context(), space) {
		if err != nil {
			h.Fatal(err)
		}
		out[v.Image] = slices.Clone(v.Values)
	}
	return out
}

func TestEmbedDoesOnlyWhatIsNew(t *testing.T) {
	h, o := embedHeap(t, 5)
	first := h.embed(o)
	if r := first.Result; r.Images != 5 || r.Embedded != 5 || r.Dim != 96 || r.HeadDim != 192 || r.Layers != "2" || r.Resolution != 32 || *r.Device != "cpu" {
		t.Errorf("%+v", r)
	}
	if c, d := len(h.vectors(first.Copies.ID)), len(h.vectors(first.Head.ID)); c != 5 || d != 5 {
		t.Errorf("%d embeddings for copies and %d for a head", c, d)
	}
	if r := h.embed(o).Result; r.Images != 5 || r.Embedded != 0 || r.Device != nil || r.ImagesPerSecond != nil {
		t.Errorf("again: %+v", r)
	}
	h.draw(100, "new.png")
	h.ingest()
	if r := h.embed(o).Result; r.Images != 6 || r.Embedded != 1 {
		t.Errorf("one more: %+v", r)
	}
}

// What an earlier run made without a head gets it now, and nothing is done twice.
func TestEmbedCompletesTheHead(t *testing.T) {
	h, o := embedHeap(t, 3)
	o.NoHead = true
	before := h.embed(o)
	if before.Head.ID != 0 {
		t.Errorf("a head that was not asked for: %+v", before.Head)
	}
	o.NoHead = false
	after := h.embed(o)
	if after.Copies.ID != before.Copies.ID || after.Result.Embedded != 3 || len(h.vectors(after.Head.ID)) != 3 {
		t.Errorf("%+v", after.Result)
	}
}

// One image that cannot be read lacks one embedding, another image the other: that
// they are as many does not make them the same.
func TestEmbedCompletesTheHeadBesideWhatItCannotRead(t *testing.T) {
	h, o := embedHeap(t, 1)
	o.NoHead = true
	h.embed(o)
	h.draw(50, "lost.png")
	h.ingest()
	remove(t, h.path("lost.png"))
	o.NoHead = false
	p, err := planEmbeddings(t.Context(), h.env, o)
	if err != nil {
		t.Fatal(err)
	}
	for w, err := range h.env.Catalog.Queue(t.Context(), catalog.Need{Space: p.out.Copies.ID}) {
		head := make([]float32, p.out.Head.Dim)
		head[0] = 1
		if err = errors.Join(err, h.env.Catalog.SaveVectors(t.Context(), p.out.Head.ID, []catalog.Vector{{Image: w.Image, Values: head}})); err != nil {
			t.Fatal(err)
		}
	}
	if e := h.embed(o); e.Result.Embedded != 1 || len(e.Result.Unreadable) != 1 || len(h.vectors(e.Head.ID)) != 2 {
		t.Errorf("%+v", e.Result)
	}
}

func TestEmbedListsWhatItCannotRead(t *testing.T) {
	h, o := embedHeap(t, 4)
	if err := os.Remove(h.path("002.png")); err != nil {
		t.Fatal(err)
	}
	r := h.embed(o).Result
	if r.Embedded != 3 || len(r.Unreadable) != 1 || r.Unreadable[0].Path != h.path("002.png") {
		t.Errorf("%+v", r)
	}
}

// A run that died between two transactions is continued by the next, which ends
// with what an undisturbed run gives.
func TestEmbedGoesOn(t *testing.T) {
	const n = vectorsPerSave + 20
	h, o := embedHeap(t, n)
	h.embedUntil(o, vectorsPerSave+5)
	rest := h.embed(o)
	if rest.Result.Embedded != 20 {
		t.Errorf("the second run embedded %d", rest.Result.Embedded)
	}
	whole, _ := embedHeap(t, n)
	want := whole.embed(o)
	for space, other := range map[catalog.SpaceID]catalog.SpaceID{rest.Copies.ID: want.Copies.ID, rest.Head.ID: want.Head.ID} {
		got, want := h.vectors(space), whole.vectors(other)
		if !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("space %d: %d embeddings differ from the %d of an undisturbed run", space, len(got), len(want))
		}
	}
}

// embedUntil embeds as EnsureEmbeddings does, and dies after so many results.
func (h *heap) embedUntil(o EmbedOptions, results int) {
	h.Helper()
	ctx, killed := h.Context(), errors.New("killed")
	p, err := planEmbeddings(ctx, h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	defer p.close()
	if err := p.open(); err != nil {
		h.Fatal(err)
	}
	var queueErr error
	receive := p.receive(ctx)
	_, err = p.encoder.Encode(ctx, p.items(ctx, h.env.Catalog.Queue(ctx, catalog.Need{Space: p.out.Copies.ID}), &queueErr), func(r embed.Result) error {
		if results--; results < 0 {
			return killed
		}
		return receive(r)
	})
	if !errors.Is(err, killed) || queueErr != nil {
		h.Fatal(err, queueErr)
	}
}

// Who asks about a file gets what its image has in the catalogue, also of pictures of
// which ingest keeps no more than a tiny one. The catalogue rounds to half precision.
func TestOneIsWhatEmbedStores(t *testing.T) {
	h, model := embedHeap(t, 2)
	h.write("large.png", mustPNG(t, scene.Render(7, 420, 300)))
	h.ingest()
	for _, q := range []Quality{Fast, Balanced, Best} {
		o, err := q.Embedding("")
		if err != nil {
			t.Fatal(err)
		}
		h.oneIsStored(o)
	}
	h.oneIsStored(model)
}

func (h *heap) oneIsStored(o EmbedOptions) {
	h.Helper()
	stored := h.vectors(h.embed(o).Copies.ID)
	p, err := planEmbeddings(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	defer p.close()
	for _, name := range []string{"000.png", "001.png", "large.png"} {
		data, err := os.ReadFile(h.path(name))
		if err != nil {
			h.Fatal(err)
		}
		own, err := p.one(h.Context(), data)
		if err != nil {
			h.Fatal(err)
		}
		if !slices.ContainsFunc(slices.Collect(maps.Values(stored)), func(v []float32) bool { return angle(v, own) > .99999 }) {
			h.Errorf("%s at %d px: not what is stored", name, o.Resolution)
		}
	}
}
