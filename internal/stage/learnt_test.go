package stage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
)

// in returns the images of a split.
func (h *heap) in(s catalog.Split) []catalog.ImageID {
	h.Helper()
	var out []catalog.ImageID
	for row, err := range h.env.Catalog.Images(h.Context(), catalog.Filter{Split: []catalog.Split{s}}) {
		if err != nil {
			h.Fatal(err)
		}
		out = append(out, row.ID)
	}
	return out
}

// probed is a heap of 40 with a run that has learnt from 28 of them.
func probed(t *testing.T) (*heap, TrainOptions) {
	h, o := trainHeap(t, 40)
	o.Mode = ModeProbe
	h.train(o)
	return h, o
}

// A later split puts pictures into test that an older run has learnt from.
func TestEvaluateLeavesOutWhatWasLearntFrom(t *testing.T) {
	h, _ := probed(t)
	test, trained, chosen := h.in(catalog.Test), h.in(catalog.Train), h.in(catalog.Val)
	h.marks(map[string]any{"kind": catalog.CopyPair, "threshold": .9, "score": "similarity"}, []catalog.Pair{
		twins(test[0], trained[0]), twins(test[1], chosen[0]),
	})
	if _, err := h.split(SplitOptions{}); err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test"})
	if err != nil {
		t.Fatal(err)
	}
	// Of the ten in test now, two the run has seen, and two are their twins.
	if r.LeftOut == nil || *r.LeftOut != 4 || r.N != 6 {
		t.Errorf("%d judged, %v left out", r.N, show(r.LeftOut))
	}
}

func twins(a, b catalog.ImageID) catalog.Pair {
	return catalog.Pair{A: min(a, b), B: max(a, b), Score: .7, Cosine: .5, HashDistance: -1, By: catalog.ByViT}
}

func show(n *int) string {
	if n == nil {
		return "null"
	}
	return fmt.Sprint(*n)
}

func TestEvaluateOfASplitThatWasLearntFrom(t *testing.T) {
	h, o := trainHeap(t, 40)
	if _, err := h.split(SplitOptions{}); err != nil {
		t.Fatal(err)
	}
	o.Recipe, o.Mode = RecipeSeed, ModeProbe
	h.train(o)
	for split, want := range map[string]string{"train": "nothing to judge", "val": "nothing to judge", "test": ""} {
		r, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: split})
		if want == "" && (err != nil || show(r.LeftOut) != "0" || r.N != 8) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %d judged, %s left out, error %v", split, r.N, show(r.LeftOut), err)
		}
	}
}

// Pictures of a folder are known by content, whatever they are called.
func TestEvaluateOfAFolderLeavesOutWhatWasLearntFrom(t *testing.T) {
	h, _ := probed(t)
	r, err := Evaluate(t.Context(), h.env, EvaluateOptions{Folder: h.dir})
	if err != nil || show(r.LeftOut) != "32" || r.N != 8 {
		t.Errorf("%d judged, %s left out, %v", r.N, show(r.LeftOut), err)
	}
}

func TestEvaluateSaysThatItCannotTell(t *testing.T) {
	h, o := probed(t)
	var notices []string
	h.env.Notice = func(format string, args ...any) { notices = append(notices, fmt.Sprintf(format, args...)) }
	path := filepath.Join(o.Out, learntFile)
	text := string(mustRead(t, path))
	for name, broken := range map[string]string{"cut": text[:len(text)/2], "other": strings.Replace(text, "train ", "train x", 1), "empty": ""} {
		if err := os.WriteFile(path, []byte(broken), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test"}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test"})
	if err != nil || r.LeftOut != nil || r.N != 8 {
		t.Errorf("%d judged, %s left out, %v", r.N, show(r.LeftOut), err)
	}
	if all := strings.Join(notices, "\n"); !strings.Contains(all, "cannot be told") {
		t.Errorf("notices %q", notices)
	}
}

// Pictures of one prompt are drawn together for the intervals, unless the split was
// made without regard to prompts.
func TestIntervalsDrawTheGroupsOfTheSplit(t *testing.T) {
	h := splitHeap(t, 40)
	for i := range 40 {
		o := h.options(h.path(fmt.Sprintf("%s/%03d.png", []string{"real", "ai"}[i%2], i)))
		o.Facts.Prompt = fmt.Sprint("a car ", i/4)
		if _, err := Ingest(t.Context(), h.env, o); err != nil {
			t.Fatal(err)
		}
	}
	for want, by := range map[int][]string{10: {"cluster", "prompt"}, 40: {"cluster"}} {
		if _, err := h.split(SplitOptions{GroupBy: by}); err != nil {
			t.Fatal(err)
		}
		var all []judgedPicture
		var hashes []catalog.Hash
		for row, err := range h.env.Catalog.Images(t.Context(), catalog.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			all, hashes = append(all, judgedPicture{hash: row.Hash}), append(hashes, row.Hash)
		}
		k, err := newKeys(t.Context(), h.env, hashes)
		if err != nil {
			t.Fatal(err)
		}
		groups := map[int]bool{}
		for _, p := range leaveOut(k, nil, all) {
			groups[p.group] = true
		}
		if len(groups) != want {
			t.Errorf("%v: %d groups, want %d", by, len(groups), want)
		}
	}
}
