package catalog

import (
	"context"
	"errors"
	"reflect"
	"testing"
)

func TestCounts(t *testing.T) {
	c := fresh(t)
	empty := must(c.Counts(t.Context()))(t)
	if len(empty.Status) != 5 || empty.Images != 0 || len(empty.Label) != 0 {
		t.Errorf("empty: %+v", empty)
	}
	sample(t, c)
	n := must(c.Counts(t.Context()))(t)
	wantStatus := map[Status]int{Kept: 1, Removed: 2, Review: 1, Invalid: 1, Missing: 0}
	if !reflect.DeepEqual(n.Status, wantStatus) || n.Images != 5 || n.Locations != 6 || n.Exact != 1 || n.Causes[CauseCopy] != 1 || n.Split[Test] != 1 ||
		n.Label["real"] != 1 || n.Issues["dark"] != 1 || n.Unchecked != 3 {
		t.Errorf("got %+v", n)
	}
	if table := must(c.Table(t.Context()))(t); table["real"][""] != 1 || table[""][""] != 1 {
		t.Errorf("table %v", table)
	}
}

func TestImagesPagesAndFilters(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 2*listPage+3)
	if got := all(t, c.Images(t.Context(), Filter{Limit: listPage + 1})); len(got) != listPage+1 || got[listPage].ID != ids[listPage] {
		t.Errorf("%d images with a limit", len(got))
	}
	if got := all(t, c.Images(t.Context(), Filter{After: ids[2*listPage]})); len(got) != 2 {
		t.Errorf("%d images after", len(got))
	}
	if got := all(t, c.Images(t.Context(), Filter{IDs: []ImageID{}})); len(got) != 0 {
		t.Errorf("%d images of an empty list", len(got))
	}
	if n := must(c.CountImages(t.Context(), Filter{Label: []string{"ai", "real"}, Format: []string{"jpeg"}, Status: []Status{Kept}}))(t); n != len(ids) {
		t.Errorf("%d counted", n)
	}
	for range c.Images(t.Context(), Filter{}) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := drain(c.Images(ctx, Filter{})); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
