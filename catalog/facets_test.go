package catalog

import (
	"fmt"
	"reflect"
	"testing"
)

// shelf is images of two labels, sources and sizes, one of them without a source, each with a score.
func shelf(t *testing.T, c *Catalog) (ids []ImageID) {
	t.Helper()
	for i := range 9 {
		s := sight(fmt.Sprintf("/h/%d.jpg", i), fmt.Sprint("content", i), Origin{Label: []string{"real", "ai"}[i%2], Source: []string{"a", "b", ""}[i%3],
			Prompt: fmt.Sprintf("A red_car, take %d%%", i)})
		s.Content.Width, s.Content.Height = 100*(i+1), 50*(i+1)
		ids = append(ids, record(t, c, s)[0].Image)
	}
	scores := make([]Score, len(ids))
	for i, id := range ids {
		scores[i] = Score{id, float64(i%5) / 5}
	}
	if err := c.ReplaceScores(t.Context(), IssueOutlier, .6, scores); err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestFacetsCountWhatAFilterLeaves(t *testing.T) {
	c := fresh(t)
	ids := shelf(t, c)
	decided(t, c, Decision{Kind: Remove, Image: ids[0]})
	f := must(c.Facets(t.Context(), Filter{Label: []string{"real"}}))(t)
	want := map[string]map[string]int{"status": {"kept": 4, "removed": 1}, "label": {"real": 5}, "subject": {"": 5}, "generator": {"": 5},
		"source": {"a": 2, "b": 1, "": 2}, "format": {"jpeg": 5}, "split": {"": 5}, "issue": {"outlier": 2}}
	if f.Total != 5 || !reflect.DeepEqual(f.By, want) {
		t.Errorf("%+v", f)
	}
	for field, values := range f.By { // what is counted is what the filter finds
		for value, n := range values {
			more := map[string]Filter{"status": {Status: []Status{Status(value)}}, "label": {}, "subject": {Subject: []string{value}}, "generator": {Generator: []string{value}},
				"source": {Source: []string{value}}, "format": {Format: []string{value}}, "split": {Split: []Split{Split(value)}}, "issue": {Issue: []string{value}}}[field]
			more.Label = []string{"real"}
			if got := must(c.CountImages(t.Context(), more))(t); got != n {
				t.Errorf("%s %q: %d counted, %d found", field, value, n, got)
			}
		}
	}
	if shapes := must(c.Shapes(t.Context()))(t); len(shapes) == 0 || shapes[0] != (Shape{"ai", "jpeg", 64, 1}) {
		t.Errorf("shapes %+v", shapes)
	}
}

func TestPromptAndSizeFilters(t *testing.T) {
	c := fresh(t)
	shelf(t, c)
	for name, k := range map[string]struct {
		f    Filter
		want int
	}{
		"text in any case":    {Filter{Prompt: []string{"RED_CAR"}}, 9},
		"_ is no wildcard":    {Filter{Prompt: []string{"red?car", "r_d"}}, 0},
		"% is no wildcard":    {Filter{Prompt: []string{"1%"}}, 1},
		"from a size on":      {Filter{MinSide: 400}, 2},
		"up to a size":        {Filter{MaxSide: 100}, 2},
		"no source is said":   {Filter{Source: []string{""}}, 3},
		"none, or that":       {Filter{Source: []string{"", "a"}}, 6},
		"two sources":         {Filter{Source: []string{"b", "a"}}, 6},
		"none of a generator": {Filter{Generator: []string{""}}, 9},
	} {
		if got := must(c.CountImages(t.Context(), k.f))(t); got != k.want || len(must(c.ImageIDs(t.Context(), k.f))(t)) != k.want {
			t.Errorf("%s: %d images, want %d", name, got, k.want)
		}
	}
}

func TestAnchorsEnterAListAnywhere(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 10)
	for page, want := range map[int][]ImageID{4: {0, ids[3], ids[7]}, 5: {0, ids[4]}, 10: {0}, 99: {0}} {
		got, total, err := c.Anchors(t.Context(), Filter{}, page)
		if err != nil || total != 10 || !reflect.DeepEqual(got, want) {
			t.Errorf("pages of %d: %v of %d (%v), want %v", page, got, total, err, want)
		}
	}
	if got, total, err := c.Anchors(t.Context(), Filter{Label: []string{"none"}}, 4); err != nil || total != 0 || len(got) != 1 {
		t.Errorf("of nothing: %v of %d (%v)", got, total, err)
	}
}

func TestByScorePages(t *testing.T) {
	c := fresh(t)
	ids := shelf(t, c)
	decided(t, c, Decision{Kind: Remove, Image: ids[3]})
	var got []string
	var after ScoreKey
	for {
		page := must(c.ByScore(t.Context(), IssueOutlier, Filter{MinScore: .2}, after, 2))(t)
		for _, s := range page {
			got = append(got, fmt.Sprintf("%d %.1f %v", s.ID-ids[0], s.Score, s.Flagged))
			after = s.Key()
		}
		if len(page) < 2 {
			break
		}
	}
	want := []string{"4 0.8 true", "8 0.6 true", "3 0.6 true", "7 0.4 false", "2 0.4 false", "6 0.2 false", "1 0.2 false"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	n := must(c.ScoreCounts(t.Context(), IssueOutlier))(t)
	if n.AtLeast[0] != 9 || n.AtLeast[20] != 7 || n.AtLeast[41] != 3 || n.AtLeast[100] != 0 || n.Flagged != 3 || n.Threshold != .6 {
		t.Errorf("counts %+v", n)
	}
	if found := must(c.ScoredIDs(t.Context(), IssueOutlier, .2))(t); len(found) != len(want) {
		t.Errorf("%d numbers", len(found))
	}
	dedup(t, c, []Pair{{A: ids[4], B: ids[8], Score: .99, By: ByViT}}, cluster(ids[4], ids[8]))
	if page := must(c.ByScore(t.Context(), IssueOutlier, Filter{MinScore: .6}, ScoreKey{}, 9))(t); len(page) != 2 {
		t.Errorf("a copy that is removed is listed: %d images", len(page))
	}
}

// A comparison of all pictures is made again after an ingest or a dedup, and not after a verdict.
func TestLookState(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	state := func() string { return must(c.LookState(t.Context()))(t) }
	first := state()
	decided(t, c, Decision{Kind: Subject, Image: ids[0], Value: "car"})
	if state() != first {
		t.Error("a verdict changes it")
	}
	if got := must(c.Answered(t.Context(), Subject))(t); len(got) != 1 || got[ids[0]] != "car" {
		t.Errorf("answered: %v", got)
	}
	dedup(t, c, nil, cluster(ids[0], ids[1]))
	after := state()
	must(c.Undo(t.Context(), 0))(t)
	if after == first || state() == after {
		t.Errorf("dedup: %s, %s, undone %s", first, after, state())
	}
	heap(t, c, 4)
	if got := state(); got == after || got == first {
		t.Errorf("another image: %s", got)
	}
}

func TestPairBins(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 4)
	dedup(t, c, []Pair{{A: ids[0], B: ids[1], Score: 1, By: ByViT}, {A: ids[0], B: ids[2], Score: .55, By: ByViT}, {A: ids[1], B: ids[3], Score: .5, By: ByViT}}, cluster(ids[0], ids[1]))
	if got := must(c.PairBins(t.Context(), CopyPair, 4))(t); !reflect.DeepEqual(got, []int{0, 0, 2, 1}) {
		t.Errorf("bins %v", got)
	}
	state := must(c.PairState(t.Context(), CopyPair))(t)
	decided(t, c, Decision{Kind: Keep, Image: ids[1]})
	if must(c.PairState(t.Context(), CopyPair))(t) != state {
		t.Error("a verdict changes the state of the pairs")
	}
	var last Pair
	for _, p := range all(t, c.PairScores(t.Context(), CopyPair)) {
		if last.A != 0 && p.Score > last.Score || p.B == 0 {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
	}
	dedup(t, c, []Pair{{A: ids[0], B: ids[3], Score: .9, By: ByViT}}, cluster(ids[0], ids[3]))
	if must(c.PairState(t.Context(), CopyPair))(t) == state {
		t.Error("a dedup leaves the state of the pairs")
	}
}
