package catalog

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestSplitsAreSticky(t *testing.T) {
	c := fresh(t)
	ctx := t.Context()
	ids := heap(t, c, 4)
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[0], Test}, {ids[1], Train}, {ids[2], Val}}); err != nil {
		t.Fatal(err)
	}
	var sticky *StickyError
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[3], Train}, {ids[0], Train}}); !errors.As(err, &sticky) || sticky.Image != ids[0] {
		t.Errorf("test to train: %v", err)
	}
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[3], "holdout"}}); err == nil {
		t.Error("an unknown split was taken")
	}
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[1], Test}, {ids[3], Train}}); err != nil {
		t.Fatal(err)
	}
	want := map[ImageID]Split{ids[0]: Test, ids[1]: Test, ids[3]: Train}
	if got := must(c.Splits(ctx))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if got := all(t, c.Images(ctx, Filter{Split: []Split{"", Train}})); len(got) != 2 || got[0].ID != ids[2] || got[1].Split != Train {
		t.Errorf("listed %+v", got)
	}
}

// A split that a model has learnt from stays. Undo passes it over when no step is named, and its refusal names the step that is next.
func TestUndoPassesOverALearntSplit(t *testing.T) {
	c := fresh(t)
	ctx := t.Context()
	ids := heap(t, c, 4)
	keep, _, err := c.Decide(ctx, "curate keep x", []Decision{{Kind: Keep, Image: ids[0]}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AssignSplits(ctx, "curate split", 0, []Assignment{{ids[0], Test}, {ids[1], Train}}); err != nil {
		t.Fatal(err)
	}
	split := must(c.Log(ctx, 1))(t)[0].ID
	run := must(c.StartRun(ctx, "train", "", "", nil))(t)
	want := fmt.Sprintf("undo %d\"", keep)
	if _, err := c.Undo(ctx, split); err == nil || !strings.Contains(err.Error(), run.Name) || !strings.Contains(err.Error(), want) {
		t.Errorf("undo of a split that was learnt from: %v, want it to name %s and %s", err, run.Name, want)
	}
	if s, err := c.Undo(ctx, 0); err != nil || s.ID != keep {
		t.Errorf("undo takes step %d (%v), want %d", s.ID, err, keep)
	}
	if _, err := c.Undo(ctx, 0); !errors.Is(err, ErrNothing) {
		t.Errorf("then %v, want %v", err, ErrNothing)
	}
}
