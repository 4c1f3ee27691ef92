package stage

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

// copies writes a scene and copies of it: smaller, mirrored, saved again.
func (h *heap) copies(seed uint64, dir string) {
	h.Helper()
	p := scene.Render(seed, 160, 120)
	rng := edit.NewRand(seed, 1)
	for name, q := range map[string]*raster.Picture{
		"original": p, "small": edit.Resize(.6).Apply(rng, p), "mirrored": edit.Mirror().Apply(rng, p), "again": p,
	} {
		quality := 95
		if name == "again" {
			quality = 60
		}
		data, err := edit.EncodeJPEG(q, quality)
		if err != nil {
			h.Fatal(err)
		}
		h.write(fmt.Sprintf("%s/%d-%s.jpg", dir, seed, name), data)
	}
}

func (h *heap) dedup(o DedupOptions) DedupResult {
	h.Helper()
	if o.Threshold == 0 {
		o.Threshold = .9
	}
	o.HashDistance = 6
	r, err := Dedup(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// statuses returns every image's status by its path in the heap.
func (h *heap) statuses() map[string]catalog.Status {
	h.Helper()
	out := map[string]catalog.Status{}
	for row, err := range h.env.Catalog.Images(h.Context(), catalog.Filter{}) {
		if err != nil {
			h.Fatal(err)
		}
		name, err := filepath.Rel(h.dir, row.Path)
		if err != nil {
			h.Fatal(err)
		}
		out[filepath.ToSlash(name)] = row.Status
	}
	return out
}

func (h *heap) id(name string) catalog.ImageID {
	h.Helper()
	for row, err := range h.env.Catalog.Images(h.Context(), catalog.Filter{Under: []string{h.path(name)}}) {
		if err != nil {
			h.Fatal(err)
		}
		return row.ID
	}
	h.Fatalf("%s is not in the catalogue", name)
	return 0
}

// names returns what has a status, sorted.
func names(all map[string]catalog.Status, s catalog.Status) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == s {
			out = append(out, name)
		}
	}
	return out
}

// dedupHeap is a heap of 28 strangers, and one picture in four versions.
func dedupHeap(t *testing.T) (*heap, DedupOptions) {
	h, o := embedHeap(t, 28)
	h.copies(500, "copies")
	h.ingest()
	return h, DedupOptions{Model: o.Model}
}

func TestDedupRemovesCopiesAndKeepsTheBest(t *testing.T) {
	h, o := dedupHeap(t)
	r := h.dedup(o)
	want := []string{"copies/500-again.jpg", "copies/500-mirrored.jpg", "copies/500-small.jpg"}
	if got := names(h.statuses(), catalog.Removed); !slices.Equal(got, want) {
		// The original and its mirror image differ by nothing but their bytes.
		want[1] = "copies/500-original.jpg"
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("removed %v", got)
		}
	}
	if r.Images != 32 || r.Clusters != 1 || r.Removed != 3 || r.Kept != 29 || r.Review != 0 || *r.Model == "" || r.Run == nil {
		t.Errorf("%+v", r)
	}
	again := h.dedup(o)
	if again.Removed != 3 || again.Clusters != 1 || again.Pairs != r.Pairs || again.Device != nil || again.Calibration == nil || *again.Calibration != ownPictures {
		t.Errorf("again: %+v", again)
	}
}

func TestDedupDryRunMarksNothing(t *testing.T) {
	h, o := dedupHeap(t)
	o.DryRun = true
	if r := h.dedup(o); r.Removed != 3 || r.Run != nil || r.Step != nil {
		t.Errorf("%+v", r)
	}
	if got := names(h.statuses(), catalog.Removed); len(got) > 0 {
		t.Errorf("a dry run removed %v", got)
	}
}

func TestDedupSendsLabelConflictsToReview(t *testing.T) {
	h, o := embedHeap(t, 28)
	h.copies(500, "real/cat")
	h.ingest()
	h.write("ai/cat/500.png", mustPNG(t, scene.Render(500, 160, 120)))
	h.ingest()
	r := h.dedup(DedupOptions{Model: o.Model})
	all := h.statuses()
	if all["ai/cat/500.png"] == catalog.Removed || r.Review == 0 {
		t.Errorf("the copy with another label is %s, %d in review", all["ai/cat/500.png"], r.Review)
	}
}

func mustPNG(t *testing.T, p *raster.Picture) []byte {
	t.Helper()
	data, err := edit.EncodePNG(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDedupRespectsVerdicts(t *testing.T) {
	h, o := dedupHeap(t)
	h.dedup(o)
	decide := func(d catalog.Decision) {
		if _, _, err := h.env.Catalog.Decide(t.Context(), "test", []catalog.Decision{d}); err != nil {
			t.Fatal(err)
		}
	}
	removed := names(h.statuses(), catalog.Removed)
	kept := h.id("copies/500-original.jpg")
	if slices.Contains(removed, "copies/500-original.jpg") {
		kept = h.id("copies/500-mirrored.jpg")
	}
	small := h.id("copies/500-small.jpg")
	decide(catalog.Decision{Kind: catalog.Distinct, Image: small, Other: kept})
	decide(catalog.Decision{Kind: catalog.Same, Image: h.id("000.png"), Other: h.id("001.png")})
	h.dedup(o)
	all := h.statuses()
	if all["copies/500-small.jpg"] == catalog.Removed {
		for c, err := range h.env.Catalog.Clusters(t.Context(), catalog.ClusterFilter{Image: small}) {
			if err != nil || c.Keeper == kept {
				t.Errorf("a picture that was said to be distinct is removed for the keeper it is distinct from (%v)", err)
			}
		}
	}
	if (all["000.png"] == catalog.Removed) == (all["001.png"] == catalog.Removed) {
		t.Errorf("of two pictures said to be the same, %s and %s", all["000.png"], all["001.png"])
	}
}

func TestDedupAgainstAndWithin(t *testing.T) {
	h, o := embedHeap(t, 28)
	h.copies(500, "real/a")
	h.copies(501, "test")
	h.write("test/leak.png", mustPNG(t, scene.Render(500, 160, 120)))
	h.ingest()
	against := DedupOptions{Model: o.Model, Against: []string{h.path("test")}}
	h.dedup(against)
	removed := names(h.statuses(), catalog.Removed)
	if len(removed) < 3 || slices.ContainsFunc(removed, func(n string) bool { return !strings.HasPrefix(n, "real/a/") }) {
		t.Errorf("against the test set %v are removed, want versions of the picture that has a copy there", removed)
	}
	if _, err := Dedup(t.Context(), h.env, DedupOptions{Model: o.Model, Threshold: .9, Against: []string{h.path("nowhere")}}); err == nil {
		t.Error("a set that is not in the catalogue is accepted")
	}
	h.dedup(DedupOptions{Model: o.Model, Within: "label"})
	for _, n := range names(h.statuses(), catalog.Removed) {
		if n == "test/leak.png" {
			t.Error("within labels, the unlabelled copy of a labelled picture is removed")
		}
	}
}

// Two seeds of one prompt look alike, but nobody edited one into the other.
func TestDedupKeepsSeedsOfOnePrompt(t *testing.T) {
	h, o := embedHeap(t, 28)
	rng := edit.NewRand(1, 1)
	p := scene.Render(500, 160, 120)
	h.write("ai/seed-1.png", mustPNG(t, p))
	h.write("ai/seed-2.png", mustPNG(t, edit.Noise(3).Apply(rng, p)))
	h.ingest(func(o *IngestOptions) { o.Facts.Prompt = "" })
	if h.dedup(DedupOptions{Model: o.Model}); len(names(h.statuses(), catalog.Removed)) != 1 {
		t.Fatal("without a prompt one of the two is a copy")
	}
	with := h.options(h.path("ai"))
	with.Facts.Prompt = "a house by the sea"
	if _, err := Ingest(t.Context(), h.env, with); err != nil {
		t.Fatal(err)
	}
	h.dedup(DedupOptions{Model: o.Model})
	for pair, err := range h.env.Catalog.Pairs(t.Context(), catalog.PairFilter{MinScore: .9}) {
		if err != nil {
			t.Fatal(err)
		}
		if pair.HashDistance > 0 && pair.Cosine < .97 {
			t.Errorf("two pictures of one prompt are a pair: %+v", pair)
		}
	}
}

func TestDedupOfFewPictures(t *testing.T) {
	h, o := embedHeap(t, 0)
	if r := h.dedup(DedupOptions{Model: o.Model}); r.Images != 0 || r.Pairs != 0 {
		t.Errorf("no pictures: %+v", r)
	}
	h.draw(1, "one.png")
	h.ingest()
	if r := h.dedup(DedupOptions{Model: o.Model}); r.Images != 1 || r.Kept != 1 || r.Pairs != 0 {
		t.Errorf("one picture: %+v", r)
	}
	h.draw(1, "two.jpg")
	h.ingest()
	if r := h.dedup(DedupOptions{Model: o.Model}); r.Removed != 1 || r.Clusters != 1 {
		t.Errorf("two versions of one picture: %+v", r)
	}
}

func TestFlatPicturesAreNoCluster(t *testing.T) {
	h, o := embedHeap(t, 3)
	for i := range 5 {
		p := raster.New(64+i, 64)
		for k := range p.Pix {
			p.Pix[k] = uint8(40 * i)
		}
		h.write(fmt.Sprintf("flat-%d.png", i), mustPNG(t, p))
	}
	h.ingest()
	r := h.dedup(DedupOptions{Model: o.Model})
	if r.Flat != 5 {
		t.Errorf("%d flat pictures, want 5", r.Flat)
	}
	for p, err := range h.env.Catalog.Pairs(t.Context(), catalog.PairFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if p.By&catalog.ByHash != 0 {
			t.Errorf("flat pictures are a hash pair: %+v", p)
		}
	}
}

func TestDedupRefusesBadOptions(t *testing.T) {
	for _, o := range []DedupOptions{
		{Threshold: 0}, {Threshold: 1.1}, {Threshold: .9, Kind: "twins"}, {Threshold: .9, Within: "mood"},
		{Threshold: .9, Quality: "awful"}, {Threshold: .9, HashDistance: 40},
	} {
		if err := o.Check(); err == nil {
			t.Errorf("options %+v are accepted", o)
		}
	}
}

// The order in which pictures were taken in changes numbers, not decisions.
func TestDedupDoesNotDependOnIngestOrder(t *testing.T) {
	forward, o := embedHeap(t, 26)
	forward.copies(500, "a")
	forward.copies(501, "b")
	forward.ingest()
	backward, _ := embedHeap(t, 0)
	backward.env.Home = forward.env.Home
	backward.copies(501, "b")
	backward.ingest()
	backward.copies(500, "a")
	for i := 25; i >= 0; i-- {
		backward.draw(uint64(i), fmt.Sprintf("%03d.png", i))
		if i%9 == 0 {
			backward.ingest()
		}
	}
	rules, err := dedup.PickRules("verdict", "resolution", "compression", "metadata") // files are of different ages
	if err != nil {
		t.Fatal(err)
	}
	options := DedupOptions{Model: o.Model, Rules: rules}
	forward.dedup(options)
	backward.dedup(options)
	if a, b := forward.statuses(), backward.statuses(); !reflect.DeepEqual(a, b) {
		t.Errorf("removed %v, and in another order %v", names(a, catalog.Removed), names(b, catalog.Removed))
	}
}
