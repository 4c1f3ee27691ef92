package catalog

import (
	"errors"
	"reflect"
	"slices"
	"testing"
)

// works are the images of a queue, whose length must be what it says.
func works(t *testing.T, c *Catalog, n Need) (ids []ImageID) {
	t.Helper()
	for _, w := range all(t, c.Queue(t.Context(), n)) {
		ids = append(ids, w.Image)
	}
	if k := must(c.QueueLen(t.Context(), n))(t); k != len(ids) {
		t.Errorf("the queue has %d and says %d", len(ids), k)
	}
	return ids
}

func TestQueuesShrinkAsResultsAreSaved(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 5)
	broken := sight("/heap/broken.jpg", "broken", Origin{})
	broken.Content = &Content{Hash: broken.Content.Hash, Invalid: "truncated"}
	gone := record(t, c, broken, sight("/heap/gone.jpg", "gone", Origin{}))[1]
	must(c.MarkGone(t.Context(), []LocationID{gone.Location}))(t)
	decided(t, c, Decision{Kind: Remove, Image: ids[4]}) // still usable: a person may think again
	space := must(c.EnsureSpace(t.Context(), SpaceKey{ModelHash: "h", Model: "m", Dim: 1}))(t)

	if err := errors.Join(
		c.SaveChecks(t.Context(), 2, []Checked{{ids[0], nil}, {ids[1], nil}}),
		c.SavePHashes(t.Context(), 2, []Hashed{{ids[2], PHash{9}}}),
		c.SaveVectors(t.Context(), space.ID, []Vector{{ids[3], []float32{1}}}),
	); err != nil {
		t.Fatal(err)
	}
	without := func(out ...int) (rest []ImageID) {
		for i, id := range ids {
			if !slices.Contains(out, i) {
				rest = append(rest, id)
			}
		}
		return rest
	}
	for _, k := range []struct {
		need Need
		want []ImageID
	}{
		{Need{Check: 2}, without(0, 1)}, {Need{Check: 3}, without()}, {Need{PHash: 2}, without(2)}, {Need{PHash: 1}, nil},
		{Need{Space: space.ID}, without(3)},
	} {
		if got := works(t, c, k.need); !slices.Equal(got, k.want) {
			t.Errorf("%+v: %v, want %v", k.need, got, k.want)
		}
	}
	for _, bad := range []Need{{}, {Check: 1, PHash: 1}} {
		if err := drain(c.Queue(t.Context(), bad)); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if im := must(c.ImageByID(t.Context(), ids[2]))(t); *im.PHash != (PHash{9}) || im.PHashVersion != 2 {
		t.Errorf("hash %v", im.PHash)
	}
}

// A stage that saves while it reads sees each image once, over page boundaries too.
func TestQueueWhileSaving(t *testing.T) {
	c := fresh(t)
	n := 2*queuePage + 7
	heap(t, c, n)
	seen := map[ImageID]bool{}
	for w, err := range c.Queue(t.Context(), Need{Check: 1}) {
		if err != nil || seen[w.Image] {
			t.Fatalf("image %d again (%v)", w.Image, err)
		}
		seen[w.Image] = true
		if len(seen)%3 == 0 {
			if err := c.SaveChecks(t.Context(), 1, []Checked{{w.Image, nil}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d seen", len(seen), n)
	}
	for range c.Queue(t.Context(), Need{Check: 1}) {
		break // leaving early is no fault
	}
}

func TestWorkHasAllLivePlaces(t *testing.T) {
	c := fresh(t)
	at := record(t, c, sight("/heap/a.jpg", "one", Origin{}), sight("/heap/b.jpg", "one", Origin{}), sight("/heap/c.jpg", "one", Origin{}),
		sight("/heap/d.jpg", "two", Origin{}), sight("/heap/e.jpg", "one", Origin{}))
	must(c.MarkGone(t.Context(), []LocationID{at[1].Location, at[3].Location}))(t)
	unreadable := sight("/heap/a.jpg", "one", Origin{})
	unreadable.Content, unreadable.Problem = nil, "permission denied"
	record(t, c, unreadable)
	queued := all(t, c.Queue(t.Context(), Need{Check: 1}))
	if len(queued) != 1 {
		t.Fatalf("%d images in the queue", len(queued))
	}
	got := []string{queued[0].Path}
	for _, p := range queued[0].Others {
		got = append(got, p.Path)
	}
	if want := []string{"/heap/c.jpg", "/heap/e.jpg", "/heap/a.jpg"}; !slices.Equal(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
	works := must(c.Works(t.Context(), at[0].Image, at[3].Image))(t)
	if len(works) != 1 || !reflect.DeepEqual(works[at[0].Image], queued[0]) {
		t.Errorf("works: %+v", works)
	}
}

func TestThresholdsFlag(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	var rs []Checked
	for i, id := range ids {
		rs = append(rs, Checked{id, []Issue{{"dark", float64(i) / 2, 0.9, i == 2}, {"blurry", 0.3, 0.5, false}}})
	}
	if err := c.SaveChecks(t.Context(), 1, rs); err != nil {
		t.Fatal(err)
	}
	for threshold, want := range map[float64]int{0.9: 1, 0.5: 2, 0: 3, 1: 1} {
		if n := must(c.SetThreshold(t.Context(), "dark", threshold))(t); n != want {
			t.Errorf("at %g: %d flagged", threshold, n)
		}
		if n := must(c.CountImages(t.Context(), Filter{Issue: []string{"dark"}}))(t); n != want {
			t.Errorf("at %g: %d listed", threshold, n)
		}
	}
	must(c.SetThreshold(t.Context(), "dark", 0.4))(t)
	want := []Issue{{"dark", 0.5, 0.4, true}, {"blurry", 0.3, 0.5, false}}
	if got := must(c.Issues(t.Context(), ids[1]))(t); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := all(t, c.Images(t.Context(), Filter{Issue: []string{"blurry", "dark"}, MinScore: 0.9})); len(got) != 1 || got[0].ID != ids[2] {
		t.Errorf("by score: %d images", len(got))
	}
}
