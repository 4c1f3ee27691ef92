package stage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/check"
)

// replace puts another picture where the catalogue knows one.
func (h *heap) replace(name string) {
	h.Helper()
	h.write(name, picture(h, 777, name))
}

// What is found in a file that was replaced is no fact about the recorded picture.
func TestReplacedFilesAreNotMeasured(t *testing.T) {
	h, o := embedHeap(t, 3)
	h.replace("001.png")
	for name, got := range map[string][]UnusableInput{"check": h.check(CheckOptions{}).Unreadable, "embed": h.embed(o).Result.Unreadable} {
		if len(got) != 1 || got[0] != (UnusableInput{h.path("001.png"), errChanged.Error()}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if n := len(h.vectors(h.embed(o).Copies.ID)); n != 2 {
		t.Errorf("%d embeddings of 2 pictures", n)
	}
}

func TestReplacedFilesAreNotJudged(t *testing.T) {
	h, o := trainHeap(t, 40)
	o.Mode = ModeProbe
	h.train(o)
	changed := 0
	for row, err := range h.env.Catalog.Images(t.Context(), catalog.Filter{Split: []catalog.Split{catalog.Test}, Label: []string{"real"}}) {
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(h.dir, row.Path)
		if err != nil {
			t.Fatal(err)
		}
		h.replace(name)
		changed++
	}
	e, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test"})
	if err != nil || changed == 0 || len(e.Unreadable) != changed || e.Unreadable[0].Reason != errChanged.Error() {
		t.Errorf("%d changed, %+v, %v", changed, e.Unreadable, err)
	}
}

// A picture is read from wherever its content still is.
func TestAnyLiveCopyServes(t *testing.T) {
	h, o := embedHeap(t, 0)
	h.draw(1, "gone.png", "changed.png", "there.png")
	h.ingest()
	remove(t, h.path("changed.png"))
	h.replace("gone.png")
	if r := h.check(CheckOptions{}); r.Checked != 1 || len(r.Unreadable) != 0 {
		t.Errorf("check: %+v", r)
	}
	if r := h.embed(o).Result; r.Embedded != 1 || len(r.Unreadable) != 0 {
		t.Errorf("embed: %+v", r)
	}
	if err := os.RemoveAll(h.dir); err != nil {
		t.Fatal(err)
	}
	files := newOriginals()
	defer files.Close()
	for w, err := range h.env.Catalog.Queue(t.Context(), catalog.Need{Check: check.Version + 1}) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := files.read(w); err == nil || !strings.Contains(err.Error(), "no such file") || !strings.Contains(err.Error(), "2 other places") || strings.Contains(err.Error(), h.dir) {
			t.Errorf("from nowhere: %v", err)
		}
	}
}
