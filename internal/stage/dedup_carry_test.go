package stage

import (
	"slices"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/scene"
)

// A search among some of the pairs says nothing about the others: what was marked
// there stays, and a split keeps it together.
func TestLimitedDedupKeepsOtherMarks(t *testing.T) {
	for name, limit := range map[string]func(*heap, *DedupOptions){
		"against": func(h *heap, o *DedupOptions) { o.Against = []string{h.path("test")} },
		"within":  func(_ *heap, o *DedupOptions) { o.Within = "label" },
	} {
		t.Run(name, func(t *testing.T) {
			h, e := embedHeap(t, 28)
			h.copies(500, "heap")
			h.write("test/other.png", mustPNG(t, scene.Render(900, 160, 120)))
			h.ingest()
			small := h.options(h.path("heap/500-small.jpg"))
			small.Facts.Label = "real"
			if _, err := Ingest(t.Context(), h.env, small); err != nil {
				t.Fatal(err)
			}
			o := DedupOptions{Model: e.Model}
			h.dedup(o)
			before := h.statuses()
			if len(names(before, catalog.Kept)) == len(before) {
				t.Fatal("the first dedup marks nothing")
			}
			limit(h, &o)
			h.dedup(o)
			for _, s := range []catalog.Status{catalog.Removed, catalog.Review} {
				if was, is := names(before, s), names(h.statuses(), s); !slices.Equal(was, is) {
					t.Errorf("%s were %v, and are %v after a dedup that does not look there", s, was, is)
				}
			}
			if r, err := h.split(SplitOptions{}); err != nil || r.Groups > len(before)-3 {
				t.Errorf("%d groups of %d images, the four versions of one picture are torn apart (%v)", r.Groups, len(before), err)
			}
		})
	}
}
