package catalog

import (
	"context"
	"errors"
	"testing"
	"time"
)

// What a decision was made of cannot change before it is written: nobody else writes between.
func TestDecideSeenKeepsOthersOut(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 2)
	other, err := Open(t.Context(), c.Path(), ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	remove := func(context.Context) (Said, error) {
		return Said{Decide: []Decision{{Kind: Remove, Image: ids[1]}}}, nil
	}
	step, n, err := c.DecideSeen(t.Context(), "page", time.Second, func(ctx context.Context) (Said, error) {
		var locked *LockedError
		if _, _, err := other.DecideSeen(ctx, "curate remove", 20*time.Millisecond, remove); !errors.As(err, &locked) || !locked.Brief {
			t.Errorf("another process got between: %v", err)
		}
		if _, _, err := c.DecideSeen(ctx, "page", 20*time.Millisecond, remove); !errors.As(err, &locked) || !locked.Brief {
			t.Errorf("another tab got between: %v", err)
		}
		return Said{Decide: []Decision{{Kind: Keep, Image: ids[0]}}}, nil
	})
	if err != nil || n != 1 || step == 0 {
		t.Fatalf("%d changed, step %d, %v", n, step, err)
	}
	if _, n, err := other.DecideSeen(t.Context(), "curate remove", time.Second, remove); n != 1 || err != nil {
		t.Errorf("afterwards: %d changed, %v", n, err)
	}
	no := errors.New("it has changed")
	if _, _, err := c.DecideSeen(t.Context(), "page", time.Second, func(context.Context) (Said, error) { return Said{}, no }); err != no {
		t.Errorf("a refusal became %v", err)
	}
	if _, n, err = c.DecideSeen(t.Context(), "page", time.Second, func(context.Context) (Said, error) { return Said{Clear: ids}, nil }); n != 2 || err != nil {
		t.Errorf("taken back: %d, %v", n, err)
	}
	if _, _, err := c.Decide(t.Context(), "curate keep", []Decision{{Kind: Keep, Image: ids[1]}}); err != nil {
		t.Errorf("others wait as long as before: %v", err)
	}
}

// What is read of many images together is what is read of each.
func TestReadTogether(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 6)
	pair := func(a, b int, score float64) Pair {
		return Pair{A: ids[a], B: ids[b], Score: score, Cosine: .5, Orientation: 1, By: ByViT}
	}
	dedup(t, c, []Pair{pair(0, 1, .9), pair(2, 3, .95), pair(1, 4, .8)}, cluster(ids[0], ids[1]), cluster(ids[2], ids[3]))
	decided(t, c, Decision{Kind: Same, Image: ids[3], Other: ids[2]})
	decided(t, c, Decision{Kind: Distinct, Image: ids[0], Other: ids[5]})
	if vs := must(c.PairVerdictsAmong(t.Context(), ids[:4]))(t); len(vs) != 1 || vs[0] != (PairVerdict{Same, ids[2], ids[3]}) {
		t.Errorf("verdicts %+v", vs)
	}
	if vs := must(c.PairVerdictsAmong(t.Context(), ids))(t); len(vs) != 2 {
		t.Errorf("verdicts %+v", vs)
	}
	if ps := must(c.PairsAmong(t.Context(), CopyPair, ids[:4]))(t); len(ps) != 2 || ps[0] != pair(0, 1, .9) || ps[1] != pair(2, 3, .95) {
		t.Errorf("pairs %+v", ps)
	}
	images := must(c.ImagesByID(t.Context(), []ImageID{ids[1], 99, ids[4]}))(t)
	if len(images) != 2 || images[ids[4]].Hash != must(c.ImageByID(t.Context(), ids[4]))(t).Hash {
		t.Errorf("images %+v", images)
	}
	rows := all(t, c.Clusters(t.Context(), ClusterFilter{}))
	some := all(t, c.Clusters(t.Context(), ClusterFilter{IDs: []ClusterID{rows[1].ID, 99}}))
	if len(rows) != 2 || len(some) != 1 || some[0].ID != rows[1].ID || len(some[0].Members) != 2 {
		t.Errorf("clusters %+v", some)
	}
}
