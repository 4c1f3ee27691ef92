package dedup

import "slices"

// neighbour is one entry of a picture's list of nearest ones.
type neighbour struct {
	index int32
	score float32
}

// worse orders by score, then by index, so that a list does not depend on the
// order in which its entries came.
func (n neighbour) worse(m neighbour) bool {
	return n.score < m.score || n.score == m.score && n.index > m.index
}

// nearest keeps the k best neighbours of each picture: at most 8*k bytes each.
type nearest struct {
	k     int
	lists [][]neighbour // each a heap with the worst entry first
}

func newNearest(n, k int) *nearest { return &nearest{k: k, lists: make([][]neighbour, n)} }

// bar returns the score under which nothing enters i's list any more.
func (t *nearest) bar(i int, floor float32) float32 {
	if l := t.lists[i]; len(l) == t.k {
		return max(floor, l[0].score)
	}
	return floor
}

// offer enters j into i's list if it is among the k best so far.
func (t *nearest) offer(i, j int, score float32) {
	l, n := t.lists[i], neighbour{int32(j), score}
	if len(l) < t.k {
		l = append(l, n)
		t.lists[i] = l
		for c := len(l) - 1; c > 0 && l[c].worse(l[(c-1)/2]); c = (c - 1) / 2 {
			l[c], l[(c-1)/2] = l[(c-1)/2], l[c]
		}
		return
	}
	if len(l) == 0 || !l[0].worse(n) {
		return
	}
	l[0] = n
	for p := 0; ; {
		c := 2*p + 1
		if c+1 < len(l) && l[c+1].worse(l[c]) {
			c++
		}
		if c >= len(l) || !l[c].worse(l[p]) {
			return
		}
		l[p], l[c], p = l[c], l[p], c
	}
}

// each calls f for every pair that is in the list of either, once, a < b, in
// ascending order of a and then b.
func (t *nearest) each(f func(a, b int)) {
	var row []int32
	reverse := t.reversed()
	for a := range t.lists {
		row = append(row[:0], reverse[a]...)
		for _, n := range t.lists[a] {
			if int(n.index) > a {
				row = append(row, n.index)
			}
		}
		slices.Sort(row)
		for _, b := range slices.Compact(row) {
			f(a, int(b))
		}
	}
}

// reversed lists, for each a, the b > a that have a in their list.
func (t *nearest) reversed() [][]int32 {
	out := make([][]int32, len(t.lists))
	for b, l := range t.lists {
		for _, n := range l {
			if int(n.index) < b {
				out[n.index] = append(out[n.index], int32(b))
			}
		}
	}
	return out
}

// full calls f for every picture whose list is full of neighbours at limit or nearer.
func (t *nearest) full(limit float32, f func(i int)) {
	for i, l := range t.lists {
		if len(l) == t.k && l[0].score >= limit {
			f(i)
		}
	}
}
