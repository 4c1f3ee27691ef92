package stage

import (
	"slices"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/scene"
)

// A heap of three scenes: a has an exact copy, an edit and a copy under the other
// label's name; b has an edit; c and d stand alone.
var smallHeap = scene.Planted{Files: []scene.File{
	{Path: "raw/a", Kind: scene.Original},
	{Path: "raw/a2", Kind: scene.Exact, Of: "raw/a"},
	{Path: "raw/a3", Kind: scene.Edited, Of: "raw/a", Edit: "jpeg"},
	{Path: "raw/b", Kind: scene.Original},
	{Path: "raw/b2", Kind: scene.Edited, Of: "raw/b", Edit: "crop"},
	{Path: "raw/c", Kind: scene.Original},
	{Path: "raw/dark", Kind: scene.Dark},
	{Path: "raw/cut", Kind: scene.Truncated},
	{Path: "raw/text", Kind: scene.Other},
}}

// image is a row of the catalogue as a stage would have left it.
func image(id catalog.ImageID, cluster catalog.ClusterID, split catalog.Split, keeper catalog.ImageID, issues ...string) *catalog.Row {
	row := &catalog.Row{Cluster: cluster, Split: split, Issues: issues}
	row.ID, row.Status = id, catalog.Kept
	if keeper != 0 {
		row.Status = catalog.Removed
		row.Reason = catalog.Reason{Cause: catalog.CauseCopy, Of: keeper}
	}
	return row
}

func compared(rows map[string]*catalog.Row) DemoTruth {
	s := newDemoTruth(smallHeap)
	for path, row := range rows {
		s.see(path, row)
	}
	s.compare(smallHeap)
	return s.out
}

func (t DemoTruth) found(what string) int {
	for _, row := range append(slices.Clone(t.Rows), t.Edits...) {
		if row.What == what {
			return row.Found
		}
	}
	return -1
}

func TestEverythingFound(t *testing.T) {
	a := image(1, 1, "train", 0)
	cut := image(9, 0, "", 0)
	cut.Status = catalog.Invalid
	got := compared(map[string]*catalog.Row{
		"raw/a": a, "raw/a2": a, "raw/a3": image(2, 1, "train", 1),
		"raw/b": image(3, 2, "test", 4), "raw/b2": image(4, 2, "test", 0),
		"raw/c": image(5, 0, "val", 0), "raw/dark": image(6, 0, "train", 0, "dark"), "raw/cut": cut,
	})
	for _, what := range []string{"exact", "jpeg", "crop", "dark", "truncated", "other"} {
		if got.found(what) != 1 {
			t.Errorf("%s: %d found, want 1", what, got.found(what))
		}
	}
	if got.found("edit") != 2 || len(got.FalseRemovals) != 0 || got.TornClusters != 0 || len(got.Leaks) != 0 || got.FlaggedOriginals != 0 || got.Originals != 3 {
		t.Errorf("%+v", got)
	}
}

func TestWhatWentWrongIsCounted(t *testing.T) {
	got := compared(map[string]*catalog.Row{
		"raw/a": image(1, 1, "train", 0), "raw/a2": image(7, 1, "train", 1), // two images of the same bytes
		"raw/a3": image(2, 1, "test", 1),                                  // torn from its original
		"raw/b":  image(3, 0, "val", 0), "raw/b2": image(4, 0, "test", 0), // not found, and a leak
		"raw/c":    image(5, 1, "train", 1, "blurry"), // a scene of its own, taken for a copy of a
		"raw/dark": image(6, 0, "train", 0), "raw/cut": image(9, 0, "", 0), "raw/text": image(10, 0, "", 0),
	})
	for what, want := range map[string]int{"exact": 0, "jpeg": 1, "crop": 0, "dark": 0, "truncated": 0, "other": 0} {
		if got.found(what) != want {
			t.Errorf("%s: %d found, want %d", what, got.found(what), want)
		}
	}
	if !slices.Equal(got.FalseRemovals, []string{"raw/c"}) || got.TornClusters != 1 || got.FlaggedOriginals != 1 {
		t.Errorf("removed wrongly %v, torn %d, flagged %d", got.FalseRemovals, got.TornClusters, got.FlaggedOriginals)
	}
	if !slices.Equal(got.Leaks, []string{"raw/b2"}) {
		t.Errorf("leaks %v", got.Leaks)
	}
}
