package catalog

import (
	"testing"
)

func TestDecideCountsAndPreviews(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 4)
	ds := []Decision{{Kind: Remove, Image: ids[0]}, {Kind: Remove, Image: ids[1]}, {Kind: Label, Image: ids[2], Value: "ai"}}
	before := state(t, c)
	e := must(c.Preview(t.Context(), ds))(t)
	if e.Changed != 3 || e.Before[Kept] != 4 || e.After[Kept] != 2 || e.After[Removed] != 2 || state(t, c) != before {
		t.Errorf("preview %+v", e)
	}
	step, n, err := c.Decide(t.Context(), "curate remove", ds)
	if err != nil || n != 3 || step == 0 {
		t.Errorf("%d changed, step %d, %v", n, step, err)
	}
	if step, n, err = c.Decide(t.Context(), "curate remove", ds); step != 0 || n != 0 || err != nil {
		t.Errorf("the same again: %d changed, step %d, %v", n, step, err)
	}
	if log := must(c.Log(t.Context(), 0))(t); len(log) != 1 || log[0].Summary != "remove: 2, label ai: 1" {
		t.Errorf("log %+v", log)
	}
	for name, d := range map[string]Decision{"unknown image": {Kind: Keep, Image: 99}, "no value": {Kind: Label, Image: ids[0]},
		"with itself": {Kind: Same, Image: ids[0], Other: ids[0]}, "unknown kind": {Kind: "burn", Image: ids[0]}, "no other": {Kind: Distinct, Image: ids[0]}} {
		if _, _, err := c.Decide(t.Context(), "x", []Decision{{Kind: Keep, Image: ids[3]}, d}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if got := status(t, c, ids[3]); got != "kept" {
		t.Errorf("a refused batch left image 3 %s", got)
	}
	decided(t, c, Decision{Kind: Distinct, Image: ids[3], Other: ids[0]})
	if ps := must(c.PairVerdicts(t.Context()))(t); len(ps) != 1 || ps[0] != (PairVerdict{Distinct, ids[0], ids[3]}) {
		t.Errorf("pair verdicts %+v", ps)
	}
	h := must(c.ImageByID(t.Context(), ids[0]))(t).Hash
	if vs := must(c.VerdictsOn(t.Context(), h))(t); len(vs) != 2 || vs[0].Kind != Remove || vs[1].Kind != Distinct || vs[0].At.IsZero() {
		t.Errorf("verdicts %+v", vs)
	}
	if h := must(c.History(t.Context(), ids[0]))(t); len(h) != 2 {
		t.Errorf("history %+v", h)
	}
	for want := range 2 {
		_, a, err1 := c.ClearPair(t.Context(), "curate clear", ids[3], ids[0])
		_, b, err2 := c.Clear(t.Context(), "curate clear", ids[0], ids[0], ids[3])
		if a != 1-want || b != 1-want || err1 != nil || err2 != nil {
			t.Errorf("cleared %d, %d (%v, %v)", a, b, err1, err2)
		}
	}
	for i, want := range map[int]int{0: 4, 1: 1, 3: 2} { // what was cleared is history too
		if h := must(c.History(t.Context(), ids[i]))(t); len(h) != want {
			t.Errorf("history of image %d: %+v", i, h)
		}
	}
	for _, err := range []error{
		second3(c.Clear(t.Context(), "x", 99)), second3(c.ClearPair(t.Context(), "x", ids[0], 99)), second3(c.ClearPair(t.Context(), "x", ids[0], ids[0])),
	} {
		if err == nil {
			t.Error("an unknown image was cleared")
		}
	}
}

func second3(_ StepID, _ int, err error) error { return err }
