package stage

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/filemove"
)

// copiesOf marks the images of these files as copies of the first.
func (h *heap) copiesOf(names ...string) {
	h.Helper()
	v, err := catalog.NewView(h.dir)
	h.must(err)
	c := catalog.Cluster{Kind: catalog.CopyPair}
	var pairs []catalog.Pair
	for _, name := range names {
		id, err := h.env.Catalog.Resolve(h.Context(), v, name)
		h.must(err)
		if len(c.Members) > 0 {
			first := c.Members[0].Image
			pairs = append(pairs, catalog.Pair{A: min(first, id), B: max(first, id), Score: .95, By: catalog.ByViT, Orientation: 1})
		}
		c.Members = append(c.Members, catalog.Member{Image: id, Similarity: .95})
	}
	_, err = h.env.Catalog.ReplaceMarks(h.Context(), "curate dedup", catalog.Marks{Kind: catalog.CopyPair, Threshold: .9, Clusters: []catalog.Cluster{c},
		Pairs: func(yield func(catalog.Pair) bool) {
			for _, p := range pairs {
				if !yield(p) {
					return
				}
			}
		}})
	h.must(err)
}

// The last copies of a picture do not leave as the copies of one that is not there any more.
func TestApplyLooksForTheKeeper(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(h *heap)
		want  int // files that leave
	}{
		"there":           {func(*heap) {}, 2},
		"touched":         {func(h *heap) { h.must(os.Chtimes(h.path("1.jpg"), time.Unix(1, 0), time.Unix(1, 0))) }, 2},
		"another place":   {func(h *heap) { h.must(os.Remove(h.path("1.jpg"))) }, 2},
		"moved away":      {func(h *heap) { h.must(os.Remove(h.path("1.jpg"))); h.must(os.Remove(h.path("other/1.jpg"))) }, 0},
		"another content": {func(h *heap) { h.draw(9, "1.jpg"); h.write("other/1.jpg", nil) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHeap(t)
			h.draw(1, "1.jpg", "other/1.jpg")
			h.draw(2, "2.jpg")
			h.draw(3, "3.jpg")
			h.ingest()
			h.copiesOf("1.jpg", "2.jpg", "3.jpg")
			c.spoil(h)
			before := tree(t, h.dir)
			dry := h.apply(ApplyOptions{Dir: h.beside("moved"), DryRun: true})
			r := h.apply(ApplyOptions{Dir: h.beside("moved")})
			if r.Files != c.want || dry.Files != c.want || len(r.Skipped) != 2-c.want || r.Exact != 1 {
				t.Errorf("%d files leave, %d at the dry run, %d exact copies: %v", r.Files, dry.Files, r.Exact, r.Skipped)
			}
			for _, s := range r.Skipped {
				if !strings.Contains(s.Reason, "1.jpg, which is kept in its place") || !strings.Contains(s.Reason, "`curate ingest` first") {
					t.Errorf("%+v", s)
				}
			}
			if c.want == 0 {
				sameTree(t, "nothing is moved", tree(t, h.dir), before)
			}
		})
	}
}

// Also an apply that goes on, and a redo, look for it.
func TestApplyThatGoesOnLooksForTheKeeper(t *testing.T) {
	h := newHeap(t)
	h.draw(1, "1.jpg")
	h.draw(2, "2.jpg")
	h.draw(3, "3.jpg")
	h.ingest()
	h.copiesOf("1.jpg", "2.jpg", "3.jpg")
	o := ApplyOptions{Command: "curate apply", Dir: h.beside("moved")}
	steps := 0
	o.mover = filemove.Mover{Boundary: func(at string) {
		if at == "noted" {
			panic(dies{})
		}
		steps++
	}}
	if !until(func() { _, _ = Apply(t.Context(), h.env, o) }) || steps == 0 {
		t.Fatal("it did not die")
	}
	h.rename("1.jpg", "../away.jpg")
	r := h.apply(ApplyOptions{Dir: h.beside("moved")})
	if got := tree(t, h.dir); r.Continued == nil || len(r.Skipped) != 1 || got["3.jpg"] == "" || got["2.jpg"] != "" {
		t.Errorf("%+v, %v", r, got)
	}
	h.undo()
	if _, err := Redo(t.Context(), h.env, 0); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, h.dir); got["3.jpg"] == "" || got["2.jpg"] == "" {
		t.Errorf("redone without the keeper: %v", got)
	}
	h.rename("../away.jpg", "1.jpg")
	if r := h.apply(ApplyOptions{Dir: h.beside("moved")}); r.Files != 2 {
		t.Errorf("the keeper is back: %+v", r)
	}
}
