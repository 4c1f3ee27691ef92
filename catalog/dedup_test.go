package catalog

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestPairsAndClusters(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 5)
	pairs := []Pair{
		{A: ids[0], B: ids[1], Score: 0.97, Cosine: 0.8, HashDistance: 4, Orientation: 6, By: ByHash | ByViT},
		{A: ids[1], B: ids[2], Score: 0.99, Cosine: math.NaN(), HashDistance: -1, By: ByExact},
		{A: ids[3], B: ids[4], Score: 0.5, By: ByViT},
	}
	n := dedup(t, c, pairs, cluster(ids[1], ids[0], ids[2]))
	if n.Step == 0 || n.Pairs != 2 || n.Clusters != 1 || n.Kept != 3 || n.Removed != 2 || n.Review != 0 {
		t.Errorf("counts %+v", n)
	}
	var got []string
	for _, p := range all(t, c.Pairs(t.Context(), PairFilter{MinScore: 0.6})) {
		got = append(got, fmt.Sprint(p.PathA, p.PathB, p.Score, p.Cosine, p.HashDistance, p.Orientation, p.By.Names()))
	}
	want := []string{"/heap/001.jpg/heap/002.jpg0.99 NaN -1 0 [exact]", "/heap/000.jpg/heap/001.jpg0.97 0.8 4 6 [hash vit]"}
	if !slices.Equal(got, want) {
		t.Errorf("pairs %q", got)
	}
	if ps := all(t, c.Pairs(t.Context(), PairFilter{Image: ids[4], Limit: 1})); len(ps) != 1 || ps[0].A != ids[3] {
		t.Errorf("pairs of one image: %+v", ps)
	}
	cs := all(t, c.Clusters(t.Context(), ClusterFilter{Image: ids[2]}))
	if len(cs) != 1 || cs[0].Keeper != ids[1] || cs[0].Rule != "larger" || len(cs[0].Members) != 3 || cs[0].Members[2].Path != "/heap/002.jpg" ||
		cs[0].Members[1].Status != Removed || cs[0].Members[1].Cause.OfPath != "/heap/001.jpg" {
		t.Errorf("clusters %+v", cs)
	}
	decided(t, c, Decision{Kind: Remove, Image: ids[1]})
	if cs := all(t, c.Clusters(t.Context(), ClusterFilter{})); cs[0].Keeper != ids[0] {
		t.Errorf("after the keeper was removed, image %d is", cs[0].Keeper)
	}
	for name, m := range map[string]Marks{
		"pair the wrong way": {Kind: CopyPair, Pairs: slices.Values([]Pair{{A: ids[1], B: ids[0], Score: 1}})},
		"score over 1":       {Kind: CopyPair, Pairs: slices.Values([]Pair{{A: ids[0], B: ids[1], Score: 1.1}})},
		"lonely":             {Kind: CopyPair, Clusters: []Cluster{cluster(ids[0])}},
		"in two clusters":    {Kind: CopyPair, Clusters: []Cluster{cluster(ids[0], ids[1]), cluster(ids[1], ids[2])}},
		"stranger":           {Kind: CopyPair, Clusters: []Cluster{cluster(ids[0], 99)}},
	} {
		if _, err := c.ReplaceMarks(t.Context(), "curate dedup", m); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if ps := all(t, c.Pairs(t.Context(), PairFilter{})); len(ps) != 3 {
		t.Errorf("a refused result left %d pairs", len(ps))
	}
}

func TestCandidates(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	late := sight("/heap/zz.jpg", "image0", Origin{Label: "ai"})
	late.ModTime = 5
	record(t, c, late)
	decided(t, c, Decision{Kind: Keep, Image: ids[1]})
	must(c.MarkGone(t.Context(), []LocationID{must(c.Locations(t.Context(), ids[2]))(t)[ids[2]][0].ID}))(t)
	ks := all(t, c.Candidates(t.Context()))
	if len(ks) != 2 || ks[0].Locations != 2 || ks[0].ModTime != 5 || !ks[0].Conflict || ks[0].Path != "/heap/000.jpg" || ks[1].Fate != Keep || ks[1].Conflict ||
		ks[1].PHash == nil || ks[1].Metadata["camera"] != "X100" || ks[1].Label != "real" {
		t.Errorf("got %+v", ks)
	}
}
