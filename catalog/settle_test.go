package catalog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestDerive(t *testing.T) {
	copied := Mark{Removed, Reason{Cause: CauseCopy, Of: 7, Similarity: 0.97}}
	alike := Mark{Removed, Reason{Cause: CauseSimilar, Of: 8}}
	mixed := Mark{Review, Reason{Cause: CauseMixedCluster}}
	for _, k := range []struct {
		name  string
		facts Facts
		want  Status
		cause Cause
	}{
		{"nothing known against it", Facts{Live: 1}, Kept, CauseNone},
		{"invalid before all", Facts{Invalid: "truncated", Fate: Keep}, Invalid, CauseInvalid},
		{"missing before verdicts", Facts{Fate: Keep, Copy: copied}, Missing, CauseGone},
		{"keep before conflicts and copies", Facts{Live: 1, Fate: Keep, Conflict: "label: ai, real", Copy: copied}, Kept, CauseVerdict},
		{"remove before conflicts", Facts{Live: 1, Fate: Remove, Conflict: "label: ai, real"}, Removed, CauseVerdict},
		{"conflict before copies", Facts{Live: 1, Conflict: "label: ai, real", Copy: copied}, Review, CauseConflict},
		{"copy", Facts{Live: 2, Copy: copied, Similar: alike}, Removed, CauseCopy},
		{"copies with other labels", Facts{Live: 2, Copy: mixed, Similar: alike}, Review, CauseMixedCluster},
		{"keeper of copies, but one of many alike", Facts{Live: 1, Copy: Mark{Status: Kept}, Similar: alike}, Removed, CauseSimilar},
	} {
		if got, why := Derive(k.facts); got != k.want || why.Cause != k.cause {
			t.Errorf("%s: %s (%s), want %s (%s)", k.name, got, why.Cause, k.want, k.cause)
		}
	}
}

func TestWhatLocationsSay(t *testing.T) {
	c := fresh(t)
	for _, k := range []struct {
		name   string
		places []Origin
		want   string // label, subject, source, conflicts, status
	}{
		{"agreed", []Origin{{Label: "ai", Subject: "car", Source: "x"}, {Label: "ai", Subject: "car", Source: "x"}}, "ai car x [] kept"},
		{"one is silent", []Origin{{Label: "ai"}, {Subject: "car"}}, "ai car  [] kept"},
		{"labels differ", []Origin{{Label: "real", Subject: "car"}, {Label: "ai", Subject: "car"}}, " car  [label] review: its locations disagree on label: ai, real"},
		{"subjects differ", []Origin{{Label: "ai", Subject: "car"}, {Label: "ai", Subject: "bus"}}, "ai   [subject] review: its locations disagree on subject: bus, car"},
		{"sources differ", []Origin{{Source: "x"}, {Source: "y"}}, "   [source] kept"},
	} {
		var s []Sighting
		for i, o := range k.places {
			s = append(s, sight(fmt.Sprintf("/heap/%s/%d", k.name, i), k.name, o))
		}
		id := record(t, c, s...)[0].Image
		im := must(c.ImageByID(t.Context(), id))(t)
		if got := fmt.Sprintf("%s %s %s %v %s", im.Label, im.Subject, im.Source, im.Conflict, status(t, c, id)); got != k.want {
			t.Errorf("%s: %q, want %q", k.name, got, k.want)
		}
	}
}

func TestLabelVerdictEndsAConflict(t *testing.T) {
	c := fresh(t)
	id := record(t, c, sight("/heap/real/a", "a", Origin{Label: "real"}), sight("/heap/ai/a", "a", Origin{Label: "ai"}))[0].Image
	decided(t, c, Decision{Kind: Label, Image: id, Value: "ai"})
	if im := must(c.ImageByID(t.Context(), id))(t); im.Label != "ai" || im.Status != Kept || im.Conflict != nil {
		t.Errorf("got %+v", im)
	}
}

func TestClusterMarks(t *testing.T) {
	type step struct {
		do   func(t *testing.T, c *Catalog, ids []ImageID)
		want string // of images 0, 1, 2
	}
	gone := func(i int) func(*testing.T, *Catalog, []ImageID) {
		return func(t *testing.T, c *Catalog, ids []ImageID) {
			must(c.MarkGone(t.Context(), []LocationID{must(c.Locations(t.Context(), ids[i]))(t)[ids[i]][0].ID}))(t)
		}
	}
	say := func(kind VerdictKind, i, j int, value string) func(*testing.T, *Catalog, []ImageID) {
		return func(t *testing.T, c *Catalog, ids []ImageID) {
			d := Decision{Kind: kind, Image: ids[i], Value: value}
			if kind == Distinct || kind == Same {
				d.Other = ids[j]
			}
			decided(t, c, d)
		}
	}
	const whole = "kept | removed: copy of /heap/000.jpg (similarity 0.97) | removed: copy of /heap/000.jpg (similarity 0.97)"
	for _, k := range []struct {
		name  string
		pairs bool // 1 and 2 are a pair too
		steps []step
	}{
		{"keeper vanishes, the next is close to the last", true, []step{
			{gone(0), "missing: no location left | kept: takes the place of /heap/000.jpg | removed: copy of /heap/001.jpg (similarity 0.93)"}}},
		{"keeper vanishes, the others are strangers", false, []step{
			{gone(0), "missing: no location left | kept: takes the place of /heap/000.jpg | kept: takes the place of /heap/000.jpg"}}},
		{"keeper is removed", true, []step{
			{say(Remove, 0, 0, ""), "removed: by verdict | kept: takes the place of /heap/000.jpg | removed: copy of /heap/001.jpg (similarity 0.93)"},
			{say(Keep, 0, 0, ""), "kept: by verdict | removed: copy of /heap/000.jpg (similarity 0.97) | removed: copy of /heap/000.jpg (similarity 0.97)"}}},
		{"another keeper", true, []step{
			{say(Keep, 2, 0, ""), "removed: copy of /heap/002.jpg (similarity 0.97) | removed: copy of /heap/002.jpg (similarity 0.93) | kept: by verdict"}}},
		{"distinct parts", true, []step{
			{say(Distinct, 0, 1, ""), "kept | kept | removed: copy of /heap/000.jpg (similarity 0.97)"}}},
		{"distinct from the keeper, same as a copy", false, []step{
			{say(Distinct, 2, 0, ""), "kept | removed: copy of /heap/000.jpg (similarity 0.97) | kept"},
			{say(Keep, 1, 0, ""), "removed: copy of /heap/001.jpg (similarity 0.97) | kept: by verdict | kept"},
			{say(Same, 1, 2, ""), "removed: copy of /heap/001.jpg (similarity 0.97) | kept: by verdict | removed: copy of /heap/001.jpg (similarity 1.00)"}}},
		{"one label is other", true, []step{
			{say(Label, 1, 0, "ai"), "review: copies of it have other labels: ai, real | review: copies of it have other labels: ai, real | review: copies of it have other labels: ai, real"},
			{say(Label, 1, 0, "real"), whole}}},
	} {
		t.Run(k.name, func(t *testing.T) {
			c := fresh(t)
			ids := heap(t, c, 4)
			var pairs []Pair
			if k.pairs {
				pairs = []Pair{{A: ids[1], B: ids[2], Score: 0.93}}
			}
			dedup(t, c, pairs, cluster(ids[:3]...))
			look := func() string {
				return strings.Join([]string{status(t, c, ids[0]), status(t, c, ids[1]), status(t, c, ids[2])}, " | ")
			}
			if got := look(); got != whole {
				t.Fatalf("at first %s", got)
			}
			for i, s := range k.steps {
				if s.do(t, c, ids); look() != s.want {
					t.Errorf("after step %d\n got %s\nwant %s", i+1, look(), s.want)
				}
			}
			if got := status(t, c, ids[3]); got != "kept" {
				t.Errorf("a stranger is %s", got)
			}
		})
	}
}

func TestLookAlikesKeepSeveralAndEveryLabel(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 5)
	decided(t, c, Decision{Kind: Label, Image: ids[4], Value: "ai"})
	cl := cluster(ids...)
	cl.Kind, cl.Keep = SimilarPair, 2
	must(c.ReplaceMarks(t.Context(), "curate dedup --kind similar", Marks{Kind: SimilarPair, Threshold: 0.8, Clusters: []Cluster{cl}}))(t)
	var got []string
	for _, id := range ids {
		got = append(got, status(t, c, id))
	}
	want := "kept|kept|removed: similar to /heap/000.jpg (similarity 0.97)|removed: similar to /heap/000.jpg (similarity 0.97)|kept"
	if strings.Join(got, "|") != want {
		t.Errorf("got %s", strings.Join(got, "|"))
	}
}

// Whatever happens in whatever order: settling step by step gives what settling everything gives, and nobody is removed as a copy without
// someone to whom that leads who stays.
func TestSettleAlwaysLeavesOne(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWorld(t, seed)
			for i := range 60 {
				what := w.act(t)
				if faults := must(w.c.Check(t.Context()))(t); len(faults) > 0 {
					t.Fatalf("act %d (%s): %v", i, what, faults)
				}
				checkSomeoneStays(t, w.c, what)
			}
		})
	}
}

func checkSomeoneStays(t *testing.T, c *Catalog, what string) {
	t.Helper()
	rows := map[ImageID]Row{}
	for _, r := range all(t, c.Images(t.Context(), Filter{})) {
		rows[r.ID] = r
	}
	for id, r := range rows {
		for hops := 0; r.Reason.Cause == CauseCopy || r.Reason.Cause == CauseSimilar; hops++ {
			if r.Status != Removed || hops > 2 {
				t.Fatalf("after %s: image %d is %s as a copy, %d hops from anyone who stays", what, id, r.Status, hops)
			}
			r = rows[r.Reason.Of]
		}
		if hop := rows[id]; hop.Reason.Cause == CauseCopy && r.Status != Kept && r.Status != Review {
			t.Fatalf("after %s: image %d is removed as a copy of %d, which is %s", what, id, r.ID, r.Status)
		}
	}
}

// world is a small catalogue in which anything may happen.
type world struct {
	c   *Catalog
	rng *rand.Rand
	ids []ImageID
}

func newWorld(t *testing.T, seed uint64) *world {
	c := fresh(t)
	return &world{c: c, rng: rand.New(rand.NewPCG(seed, 1)), ids: heap(t, c, 12)}
}

func (w *world) any() ImageID { return w.ids[w.rng.IntN(len(w.ids))] }

// act does one random thing and says what.
func (w *world) act(t *testing.T) string {
	a, b := w.any(), w.any()
	switch w.rng.IntN(7) {
	case 0:
		w.dedup(t, CopyPair)
		return "dedup"
	case 1:
		w.dedup(t, SimilarPair)
		return "dedup of look-alikes"
	case 2:
		var ids []LocationID
		for _, l := range must(w.c.Locations(t.Context(), a))(t)[a] {
			ids = append(ids, l.ID)
		}
		must(w.c.MarkGone(t.Context(), ids))(t)
		return fmt.Sprintf("image %d vanished", a)
	case 3:
		i := w.rng.IntN(len(w.ids))
		record(t, w.c, sight(fmt.Sprintf("/heap/%03d-%d.jpg", i, w.rng.IntN(2)), fmt.Sprint("image", i), Origin{Label: []string{"real", "ai"}[w.rng.IntN(2)]}))
		return fmt.Sprintf("image %d was found", w.ids[i])
	}
	return w.verdict(t, a, b)
}

// verdict makes or clears a random one.
func (w *world) verdict(t *testing.T, a, b ImageID) string {
	d := Decision{Image: a, Kind: []VerdictKind{Keep, Remove, Label, Distinct, Same, ""}[w.rng.IntN(6)]}
	switch d.Kind {
	case "":
		if _, _, err := w.c.Clear(t.Context(), "curate clear", a); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("clear %d", a)
	case Label:
		d.Value = []string{"real", "ai"}[w.rng.IntN(2)]
	case Distinct, Same:
		if d.Other = b; a == b {
			return "nothing"
		}
	}
	decided(t, w.c, d)
	return fmt.Sprintf("%s %d %d", d.Kind, a, b)
}

// dedup makes random clusters and pairs.
func (w *world) dedup(t *testing.T, kind PairKind) {
	order := w.rng.Perm(len(w.ids))
	m := Marks{Kind: kind, Threshold: 0.9}
	for len(order) >= 2 {
		n := min(len(order), 2+w.rng.IntN(4))
		var members []ImageID
		for _, i := range order[:n] {
			members = append(members, w.ids[i])
		}
		cl := cluster(members...)
		cl.Kind, cl.Keep = kind, 1+w.rng.IntN(2)
		m.Clusters = append(m.Clusters, cl)
		order = order[n+w.rng.IntN(1+len(order)-n):]
	}
	m.Pairs = func(yield func(Pair) bool) {
		for i, a := range w.ids {
			for _, b := range w.ids[i+1:] {
				if w.rng.IntN(3) == 0 && !yield(Pair{A: a, B: b, Score: 0.85 + 0.1*w.rng.Float64()}) {
					return
				}
			}
		}
	}
	must(w.c.ReplaceMarks(t.Context(), "curate dedup", m))(t)
}
