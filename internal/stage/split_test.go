package stage

import (
	"errors"
	"fmt"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train/split"
)

func (h *heap) split(o SplitOptions) (SplitResult, error) {
	h.Helper()
	if o.GroupBy == nil {
		o.GroupBy = []string{"cluster", "prompt"}
	}
	o.Val, o.Test, o.Seed = .1, .2, 42
	return Split(h.Context(), h.env, o)
}

func splitHeap(t *testing.T, n int) *heap {
	h := newHeap(t)
	for i := range n {
		h.draw(uint64(i), fmt.Sprintf("%s/%03d.png", []string{"real", "ai"}[i%2], i))
	}
	h.ingest()
	return h
}

func TestSplitKeepsTheShares(t *testing.T) {
	h := splitHeap(t, 60)
	r, err := h.split(SplitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for label, n := range r.PerLabel {
		if n != (LabelSplits{Train: 21, Val: 3, Test: 6}) {
			t.Errorf("%s: %+v", label, n)
		}
	}
	if r.Train != 42 || r.Val != 6 || r.Test != 12 || r.Groups != 60 || len(r.PerLabel) != 2 {
		t.Errorf("%+v", r)
	}
	again, err := h.split(SplitOptions{})
	if err != nil || again.Moved != 0 || again.Test != 12 {
		t.Errorf("again: %+v, %v", again, err)
	}
}

func TestSplitTestIsStickyAndKeepsTwinsTogether(t *testing.T) {
	h := splitHeap(t, 40)
	if _, err := h.split(SplitOptions{}); err != nil {
		t.Fatal(err)
	}
	before, err := h.env.Catalog.Splits(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var inTest, inTrain catalog.ImageID
	for id, s := range before {
		if s == catalog.Test {
			inTest = id
		} else if s == catalog.Train {
			inTrain = id
		}
	}
	h.markTwins(inTest, inTrain)
	if _, err := h.split(SplitOptions{}); err != nil {
		t.Fatal(err)
	}
	after, err := h.env.Catalog.Splits(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for id, s := range before {
		if s == catalog.Test && after[id] != catalog.Test {
			t.Errorf("image %d was in test and is in %s", id, after[id])
		}
	}
	if after[inTrain] != catalog.Test {
		t.Errorf("the twin of a test image is in %s", after[inTrain])
	}
}

// markTwins records that dedup found two images alike, and kept both.
func (h *heap) markTwins(a, b catalog.ImageID) {
	h.Helper()
	c := h.env.Catalog
	run, err := c.StartRun(h.Context(), "dedup", "", "", map[string]any{"kind": "copy", "threshold": .9, "score": "similarity"})
	if err != nil {
		h.Fatal(err)
	}
	pair := catalog.Pair{A: min(a, b), B: max(a, b), Score: .7, Cosine: .5, HashDistance: -1, By: catalog.ByViT}
	pairs := func(yield func(catalog.Pair) bool) { yield(pair) }
	_, err = c.ReplaceMarks(h.Context(), "test", catalog.Marks{Kind: catalog.CopyPair, Run: run.ID, Threshold: .9, Pairs: pairs})
	if err := errors.Join(err, c.FinishRun(h.Context(), run.ID, nil, err)); err != nil {
		h.Fatal(err)
	}
}

func TestSplitGroupsPrompts(t *testing.T) {
	h := newHeap(t)
	var images []string
	for i := range 40 {
		name := fmt.Sprintf("ai/%03d.png", i)
		h.draw(uint64(i), name)
		images = append(images, name)
	}
	for i, name := range images {
		r := h.options(h.path(name))
		r.Facts.Prompt = fmt.Sprintf("A  Red\tcar %d", i/4)
		if i%2 == 1 {
			r.Facts.Prompt = fmt.Sprintf("a red car %d", i/4)
		}
		if _, err := Ingest(t.Context(), h.env, r); err != nil {
			t.Fatal(err)
		}
	}
	r, err := h.split(SplitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Groups != 10 || r.Test != 8 || r.Val != 4 {
		t.Errorf("%+v", r)
	}
}

func TestSplitNamesTheGroupThatCannotBeSplit(t *testing.T) {
	h := splitHeap(t, 20)
	o := h.options(h.path("ai"))
	o.Facts.Prompt = "the same for all"
	if _, err := Ingest(t.Context(), h.env, o); err != nil {
		t.Fatal(err)
	}
	_, err := h.split(SplitOptions{})
	var g *split.GroupError
	if !errors.As(err, &g) || g.Label != "ai" || g.Size != 10 {
		t.Fatalf("error %v", err)
	}
	if in := h.path("ai"); len(g.Key) <= len(in) || g.Key[:len(in)] != in {
		t.Errorf("the group is called %q, want a path", g.Key)
	}
	if _, err := newHeap(t).split(SplitOptions{}); err == nil {
		t.Error("nothing is split without an error")
	}
}
