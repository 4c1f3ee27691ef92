package stage

import (
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/catalog"
)

func TestWantedPairsAreKeptOnce(t *testing.T) {
	var w wantedPairs
	want, rng := map[[2]int32]bool{}, rand.New(rand.NewPCG(1, 2))
	for range 1 << 19 {
		a, b := rng.IntN(300), 300+rng.IntN(300)
		w.add(a, b)
		w.add(b, a)
		want[[2]int32{int32(a), int32(b)}] = true
	}
	if n := cap(w.pairs); n > 1<<19 {
		t.Errorf("room for %d pairs, where there are %d", n, len(want))
	}
	var last [2]int32
	got := w.all()
	for _, p := range got {
		if !want[p] || p[0] < last[0] || p[0] == last[0] && p[1] <= last[1] {
			t.Fatalf("pair %v after %v", p, last)
		}
		last = p
	}
	if len(got) != len(want) {
		t.Errorf("%d pairs of %d", len(got), len(want))
	}
}

// Whitened cosines of strangers lie around 0: those are not kept, unless asked for.
func TestCosineHasAFloorOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		cosine    bool
		threshold float64
		want      float64
	}{{false, .9, floorSimilarity}, {true, .9, floorCosine}, {true, .1, .1}, {false, .01, .01}} {
		d := &deduping{opt: DedupOptions{Cosine: c.cosine, Threshold: c.threshold, Kind: catalog.CopyPair}, result: &DedupResult{}}
		if d.setScores(); d.floor != c.want || d.result.Floor != c.want {
			t.Errorf("%+v: floor %v, said to be %v", c, d.floor, d.result.Floor)
		}
	}
}
