package stage

import (
	"os"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/check"
	"github.com/curate/curate/internal/raster"
	"github.com/curate/curate/internal/scene"
)

func (h *heap) check(o CheckOptions) CheckResult {
	h.Helper()
	r, err := Check(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func TestCheckLooksAtNewPicturesOnly(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	h.draw(2, "2.png")
	h.write("blank.png", mustPNG(t, raster.New(96, 64)))
	h.ingest()
	r := h.check(CheckOptions{})
	if r.Images != 3 || r.Checked != 3 || r.Issues[check.Blank] != 1 || r.Issues[check.Dark] != 1 {
		t.Errorf("%+v", r)
	}
	if len(r.Issues) != len(check.Issues()) {
		t.Errorf("%d issues are counted, there are %d", len(r.Issues), len(check.Issues()))
	}
	h.draw(3, "3.jpg")
	h.ingest()
	if r := h.check(CheckOptions{}); r.Images != 4 || r.Checked != 1 {
		t.Errorf("after one more: %+v", r)
	}
}

func TestCheckFlagsAnewWithOtherThresholds(t *testing.T) {
	h := newHeap(t)
	h.write("1.png", mustPNG(t, scene.Render(1, 200, 150)))
	h.ingest()
	h.check(CheckOptions{})
	strict := check.Defaults()
	strict[check.Tiny] = .1
	if r := h.check(CheckOptions{Thresholds: strict}); r.Checked != 0 || r.Issues[check.Tiny] != 1 {
		t.Errorf("%+v", r)
	}
	if r := h.check(CheckOptions{}); r.Issues[check.Tiny] != 0 {
		t.Errorf("back to the defaults: %+v", r)
	}
}

// The size of a picture is odd among others, so it can become so later.
func TestCheckComparesSizesOfAll(t *testing.T) {
	h := newHeap(t)
	h.write("large.png", mustPNG(t, scene.Render(1, 900, 700)))
	h.ingest()
	if r := h.check(CheckOptions{}); r.Issues[check.OddSize] != 0 {
		t.Errorf("one picture is of odd size: %+v", r)
	}
	for i := range uint64(12) {
		h.draw(10+i, string(rune('a'+i))+".jpg")
	}
	h.ingest()
	if r := h.check(CheckOptions{}); r.Issues[check.OddSize] != 1 {
		t.Errorf("%d pictures are of odd size, want the large one", r.Issues[check.OddSize])
	}
}

func TestCheckGoesOnWithoutWhatVanished(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	h.draw(2, "2.jpg")
	h.ingest()
	if err := os.Remove(h.path("1.jpg")); err != nil {
		t.Fatal(err)
	}
	r := h.check(CheckOptions{})
	if r.Checked != 1 || len(r.Unreadable) != 1 || r.Unreadable[0].Path != h.path("1.jpg") {
		t.Errorf("%+v", r)
	}
	n, err := h.env.Catalog.QueueLen(t.Context(), catalog.Need{Check: check.Version})
	if err != nil || n != 1 {
		t.Errorf("%d pictures are still to be checked (%v), want 1", n, err)
	}
}
