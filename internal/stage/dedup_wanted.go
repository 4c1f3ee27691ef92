package stage

import (
	"cmp"
	"slices"
)

// wantedPairs gathers pairs of images of which several searches tell, each pair
// perhaps more than once. With 64 neighbours for each of 100,000 images there are
// millions, so that they lie in one slice of 8 bytes each.
type wantedPairs struct {
	pairs [][2]int32 // the first so many sorted, each once
	clean int
}

// add takes a pair, in whichever order it is told.
func (w *wantedPairs) add(a, b int) {
	w.pairs = append(w.pairs, [2]int32{int32(min(a, b)), int32(max(a, b))})
	if len(w.pairs) >= 2*w.clean+1<<16 {
		w.compact()
	}
}

func (w *wantedPairs) compact() {
	slices.SortFunc(w.pairs, func(p, q [2]int32) int { return cmp.Or(cmp.Compare(p[0], q[0]), cmp.Compare(p[1], q[1])) })
	w.pairs = slices.Compact(w.pairs)
	w.clean = len(w.pairs)
}

// all returns every pair once, in order.
func (w *wantedPairs) all() [][2]int32 {
	w.compact()
	return w.pairs
}
