package catalog

import (
	"errors"
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
	run := must(c.StartRun(ctx, "train", "", "", nil))(t)
	if _, err := c.Undo(ctx, 0); err == nil || !strings.Contains(err.Error(), run.Name) {
		t.Errorf("undo of a split that was learnt from: %v", err)
	}
}
