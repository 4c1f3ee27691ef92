package dedup

import (
	"cmp"
	"slices"
)

// ThroughThird raises the similarity of pairs that a third picture speaks for. Who is a
// copy of a copy is a copy: if a and b are copies with chance p, and b and c with chance
// q, then a and c are with p*q at least. Two strong edits of one picture often have
// little in common but that picture: one is cropped, the other darkened.
//
// Only pairs that are given are raised, which are those that are nearer than strangers
// usually are, and only by one step: the chances are those of the evidence, not raised
// ones. Pairs that apart tells of (nil = none) are left alone. pairs are in ascending order
// of A and then B, and are changed in place.
func ThroughThird(pairs []Pair, apart func(a, b int) bool) {
	near := neighbours(pairs)
	raised := make([]float32, len(pairs))
	for i, p := range pairs {
		if p.Similarity < sure && (apart == nil || !apart(p.A, p.B)) {
			raised[i] = bestThird(near[p.A], near[p.B])
		}
	}
	for i, s := range raised {
		pairs[i].Similarity = max(pairs[i].Similarity, s)
	}
}

const (
	likely = 0.5  // similarity from which a pair speaks for another
	sure   = 0.99 // similarity that a third need not raise
)

// link is one of a picture's likely copies.
type link struct {
	to     int
	chance float32
}

func neighbours(pairs []Pair) map[int][]link {
	near := map[int][]link{}
	for _, p := range pairs {
		if p.Similarity >= likely {
			near[p.A] = append(near[p.A], link{p.B, p.Similarity})
			near[p.B] = append(near[p.B], link{p.A, p.Similarity})
		}
	}
	for _, links := range near {
		slices.SortFunc(links, func(x, y link) int { return cmp.Compare(x.to, y.to) })
	}
	return near
}

// bestThird returns the largest product of chances over the pictures that are in both
// lists, 0 if there are none.
func bestThird(a, b []link) float32 {
	if len(a) > len(b) {
		a, b = b, a
	}
	best := float32(0)
	for _, x := range a {
		k, found := slices.BinarySearchFunc(b, x.to, func(l link, to int) int { return cmp.Compare(l.to, to) })
		if found {
			best = max(best, x.chance*b[k].chance)
		}
		b = b[k:]
	}
	return best
}
