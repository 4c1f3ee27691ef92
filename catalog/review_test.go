package catalog

import "testing"

func TestReviewItems(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 7)
	watch := must(c.Watch(t.Context()))(t)
	defer watch.Close()
	dedup(t, c, nil, cluster(ids[0], ids[1], ids[2]), cluster(ids[3], ids[4]), cluster(ids[5], ids[6]))
	before := must(watch.Version(t.Context()))(t)
	open := func() (out []bool) {
		for _, it := range must(c.ReviewItems(t.Context(), CopyPair))(t) {
			out = append(out, !it.Decided)
		}
		return out
	}
	first := must(c.ReviewItems(t.Context(), CopyPair))(t)[0]
	if first.Images != 3 || first.Lowest != 0.97 || first.Review || first.Decided {
		t.Errorf("%+v", first)
	}
	decided(t, c, Decision{Kind: Same, Image: ids[1], Other: ids[0]})
	decided(t, c, Decision{Kind: Keep, Image: ids[3]}) // says nothing of the copy
	decided(t, c, Decision{Kind: Distinct, Image: ids[6], Other: ids[0]})
	if got := open(); got[0] != true || got[1] != true || got[2] != true {
		t.Errorf("after half of the decisions: %v", got)
	}
	decided(t, c, Decision{Kind: Distinct, Image: ids[2], Other: ids[0]})
	decided(t, c, Decision{Kind: Remove, Image: ids[4]})
	decided(t, c, Decision{Kind: Distinct, Image: ids[6], Other: ids[5]})
	if got := open(); got[0] || got[1] || got[2] {
		t.Errorf("after all decisions: %v", got)
	}
	if after := must(watch.Version(t.Context()))(t); after == before {
		t.Error("the watch saw no change")
	}
	if now := must(watch.Version(t.Context()))(t); now != must(watch.Version(t.Context()))(t) {
		t.Error("the watch saw a change that nobody made")
	}
}

func TestReviewItemsThatWait(t *testing.T) {
	c := fresh(t)
	a := record(t, c, sight("/heap/a.jpg", "a", Origin{Label: "real"}))[0].Image
	b := record(t, c, sight("/heap/b.jpg", "b", Origin{Label: "ai"}))[0].Image
	dedup(t, c, nil, cluster(a, b))
	if it := must(c.ReviewItems(t.Context(), CopyPair))(t)[0]; !it.Review || it.Decided {
		t.Errorf("labels disagree: %+v", it)
	}
}
