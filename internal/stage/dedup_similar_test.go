package stage

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
)

// causes returns why each image under a folder of the heap has its status.
func (h *heap) causes(under string) map[string]catalog.Reason {
	h.Helper()
	out := map[string]catalog.Reason{}
	for row, err := range h.env.Catalog.Images(h.Context(), catalog.Filter{Under: []string{h.path(under)}}) {
		if err != nil {
			h.Fatal(err)
		}
		reason := row.Reason
		reason.Note = string(row.Status)
		out[strings.TrimPrefix(row.Path, h.path(under)+"/")] = reason
	}
	return out
}

// staying lists the kept images of a folder.
func (h *heap) staying(under string) (names []string) {
	h.Helper()
	for name, r := range h.causes(under) {
		if r.Note == string(catalog.Kept) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestSimilarKeepsAsManyAsAskedFor(t *testing.T) {
	h, o := dedupHeap(t)
	o.Kind, o.Threshold = catalog.SimilarPair, .5
	for keep := 1; keep <= 4; keep++ {
		o.Keep = keep
		h.dedup(o)
		stay := h.staying("copies")
		if len(stay) != keep {
			t.Errorf("of four %v stay, want %d", stay, keep)
		}
		if slices.Contains(stay, "500-small.jpg") != (keep == 4) {
			t.Errorf("the small one, which has a third of the pixels, is not the last choice: %v stay", stay)
		}
		for name, r := range h.causes("copies") {
			if r.Note == string(catalog.Removed) && r.Cause != catalog.CauseSimilar {
				t.Errorf("%s is removed as %q, want similar", name, r.Cause)
			}
		}
	}
	for c, err := range h.env.Catalog.Clusters(t.Context(), catalog.ClusterFilter{Kind: catalog.SimilarPair}) {
		if err != nil || c.Keep != 4 || !strings.HasPrefix(c.Members[1].Reason, "chosen as number 2 of 4") {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

// Copies stay copies when look-alikes are marked, and the other way round.
func TestMarksOfBothKindsStandSideBySide(t *testing.T) {
	h, o := dedupHeap(t)
	count := func() map[catalog.Cause]int {
		n := map[catalog.Cause]int{}
		for _, r := range h.causes("copies") {
			n[r.Cause]++
		}
		return n
	}
	similar := DedupOptions{Model: o.Model, Kind: catalog.SimilarPair, Threshold: .5, Keep: 2}
	h.dedup(similar)
	if n := count(); n[catalog.CauseSimilar] != 2 {
		t.Fatalf("look-alikes: %v", n)
	}
	h.dedup(o)
	if n := count(); n[catalog.CauseCopy] != 3 {
		t.Errorf("after copies: %v", n)
	}
	if r := h.dedup(similar); count()[catalog.CauseCopy] != 3 || r.Clusters != 1 {
		t.Errorf("after look-alikes again: %v, %d clusters", count(), r.Clusters)
	}
	o.Threshold, o.HashDistance = 1, 0
	h.dedup(o) // hardly anything is a copy now
	if n := count(); n[catalog.CauseCopy] > 1 || n[catalog.CauseSimilar] == 0 {
		t.Errorf("with copies taken back: %v", n)
	}
}

// Two pictures of one prompt are similar at a lower cosine than others; no prompt is no
// prompt in common.
func TestOnePromptSpeaksForAPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var e calibrate.Evidence
	for range 100_000 {
		e.Strangers.Add(.1 * rng.NormFloat64())
	}
	for range 100 {
		e.Copies = append(e.Copies, .8+.05*rng.NormFloat64())
	}
	c, err := calibrate.Fit(e)
	if err != nil {
		t.Fatal(err)
	}
	d := deduping{opt: DedupOptions{Kind: catalog.SimilarPair, Threshold: .9}}
	d.learnt = newSpaceModel(&calibrate.Model{Calibration: c}, "known")
	for _, prompt := range []string{"", "", "A  Shark", "a shark", "a ship"} {
		d.images = append(d.images, catalog.Candidate{Prompt: prompt})
	}
	d.learnt = d.similarModel()
	worth := d.onePrompt()
	if worth(0, 1) != nil || worth(3, 4) != nil || worth(2, 3) == nil {
		t.Error("prompts in common are not told")
	}
	x := d.learnt.curve(0).Inverse(.5)
	if other, same := d.learnt.curve(0).At(x), worth(2, 3)(x); !(same > other+.2) {
		t.Errorf("at cosine %.2f two pictures of one prompt are similar with chance %.2f, others %.2f", x, same, other)
	}
	if at := d.learnt.nearest(0); !(at < x) {
		t.Errorf("pairs are kept from cosine %.2f on, although %.2f counts", at, x)
	}
}
