package catalog

import (
	"math/rand/v2"
	"testing"
)

// alike is a cluster of look-alikes of which so many stay.
func alike(keep int, ids ...ImageID) Cluster {
	c := cluster(ids...)
	c.Kind, c.Keep = SimilarPair, keep
	return c
}

func similar(t testing.TB, c *Catalog, cs ...Cluster) {
	t.Helper()
	must(c.ReplaceMarks(t.Context(), "curate dedup --kind similar", Marks{Kind: SimilarPair, Threshold: 0.9, Clusters: cs}))(t)
}

// Of copies one stays, of look-alikes as many as were asked for; the marks of one kind
// outlive those of the other.
func TestCopiesAndLookAlikesSideBySide(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 6)
	similar(t, c, alike(2, ids[0], ids[1], ids[2], ids[3], ids[4]))
	dedup(t, c, nil, cluster(ids[0], ids[1]), cluster(ids[4], ids[5]))
	want := []string{
		"kept", "removed: copy of /heap/000.jpg (similarity 0.97)", "kept", "removed: similar to /heap/000.jpg (similarity 0.97)",
		"removed: similar to /heap/000.jpg (similarity 0.97)", "removed: copy of /heap/004.jpg (similarity 0.97)",
	}
	for i, w := range want {
		if got := status(t, c, ids[i]); got != w {
			t.Errorf("image %d: %q, want %q", i, got, w)
		}
	}
	similar(t, c)
	if got := status(t, c, ids[1]); got != want[1] {
		t.Errorf("without look-alikes a copy is %q", got)
	}
	if got := status(t, c, ids[3]); got != "kept" {
		t.Errorf("without look-alikes a look-alike is %q", got)
	}
}

// Whatever is decided, and whatever else is a copy, as many of a group stay as were
// asked for, if as many can; verdicts are obeyed.
func TestAsManyStayAsWereAskedFor(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 12)
	rng := rand.New(rand.NewPCG(7, 7))
	for range 60 {
		said := map[ImageID]VerdictKind{}
		for _, id := range ids {
			switch rng.IntN(9) {
			case 0:
				said[id] = Keep
			case 1:
				said[id] = Remove
			default:
				continue
			}
			decided(t, c, Decision{Kind: said[id], Image: id})
		}
		var order []ImageID
		for _, i := range rng.Perm(len(ids)) {
			order = append(order, ids[i])
		}
		cut, keep := 2+rng.IntN(8), 1+rng.IntN(4)
		similar(t, c, alike(keep, order[:cut]...), alike(keep, order[cut:]...))
		dedup(t, c, nil, cluster(ids[rng.IntN(6)], ids[6+rng.IntN(6)]))
		checkStaying(t, c, order[:cut], keep, said)
		checkStaying(t, c, order[cut:], keep, said)
		if _, _, err := c.Clear(t.Context(), "curate clear", ids...); err != nil {
			t.Fatal(err)
		}
	}
}

func checkStaying(t *testing.T, c *Catalog, group []ImageID, keep int, said map[ImageID]VerdictKind) {
	t.Helper()
	stay, removable := 0, 0
	for _, id := range group {
		im := must(c.ImageByID(t.Context(), id))(t)
		switch {
		case said[id] == Keep && im.Status != Kept, said[id] == Remove && im.Status != Removed:
			t.Errorf("image %d is %s against a verdict to %s it", id, im.Status, said[id])
		case im.Status == Kept:
			stay++
		case im.Reason.Cause == CauseSimilar:
			removable++
		}
	}
	if removable > 0 && stay < keep {
		t.Errorf("of a group of %d only %d stay, %d were asked for, and %d more are removed as similar", len(group), stay, keep, removable)
	}
}
