package dedup

import (
	"context"
	"math/bits"
	"runtime"
	"slices"
	"sync"
)

// HashPair is two pictures, A < B, whose hashes are close.
type HashPair struct {
	A, B        int
	Distance    int // bits
	Orientation int // turns B's picture into A's
}

// HashJoin says which pairs of hashes [JoinHashes] looks for.
type HashJoin struct {
	MaxDistance int // bits, at most 31
	// Nearest bounds the pairs of one picture (64 if 0); see JoinHashes.
	Nearest int
	// From is the first new picture: pairs of two earlier ones are not wanted.
	From int
	// Crowd, if set, is called at the end for pictures that may lack some of their pairs.
	Crowd func(i int)
}

// JoinHashes calls emit for the pairs of pictures whose hashes differ in at most
// MaxDistance bits in any of the eight orientations, always in the same order and
// from one goroutine. Flat pictures have no pairs. It is exact (multi-index
// hashing; Norouzi, Punjani and Fleet, 2012).
//
// Pictures that share a hash with many others do not get a pair with each: each
// gets at most Nearest pairs with earlier pictures, the closest hashes first and
// the earliest pictures of a hash first, and beyond that one with the first
// picture of every close hash. So the pairs connect what is close, and 10,000
// identical pictures make 640,000 pairs, not 50 million.
//
// It needs about 100 bytes a picture.
func JoinHashes(ctx context.Context, hashes []Hash, o HashJoin, emit func(HashPair)) error {
	if o.Nearest == 0 {
		o.Nearest = 64
	}
	groups := groupHashes(hashes)
	index := newHashIndex(groups.values, min(max(o.MaxDistance, 0), 31))
	const chunk = 1 << 14
	for lo := 0; lo < len(groups.values); lo += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		hi := min(lo+chunk, len(groups.values))
		for i, close := range index.closeTo(lo, hi) {
			groups.expand(lo+i, close, o, emit)
		}
	}
	if o.Crowd != nil {
		groups.tellCrowded(o.Crowd)
	}
	return nil
}

// tellCrowded calls f for all pictures of crowded groups.
func (g hashGroups) tellCrowded(f func(i int)) {
	for v, crowded := range g.crowded {
		for k := 0; crowded && k < len(g.members[v]); k++ {
			f(int(g.members[v][k]))
		}
	}
}

// hashGroups lists the different hashes in order of their first picture.
type hashGroups struct {
	values  []Hash
	members [][]int32 // ascending
	crowded []bool    // some pairs of the members were not told
}

func groupHashes(hashes []Hash) hashGroups {
	var g hashGroups
	seen := make(map[Hash]int32, len(hashes))
	for i, h := range hashes {
		if h.Flat() {
			continue
		}
		at, ok := seen[h]
		if !ok {
			at = int32(len(g.values))
			seen[h] = at
			g.values, g.members = append(g.values, h), append(g.members, nil)
		}
		g.members[at] = append(g.members[at], int32(i))
	}
	g.crowded = make([]bool, len(g.values))
	return g
}

// closeHash is an earlier hash near the one asked about, or that one itself.
type closeHash struct {
	value       int32
	distance    int8
	orientation int8 // turns the later picture into the earlier one
}

// expand emits the pairs of all pictures of group v with the pictures of the
// close groups, of which all are earlier groups or v itself.
func (g hashGroups) expand(v int, close []closeHash, o HashJoin, emit func(HashPair)) {
	for _, m := range g.members[v] {
		budget := o.Nearest
		for _, c := range close {
			for rank, other := range g.members[c.value] {
				if other == m && int(c.value) == v {
					break // the later ones of the same group come with their own turn
				}
				if rank > 0 && budget <= 0 {
					g.crowded[v], g.crowded[c.value] = true, true
					break
				}
				budget--
				emitOrdered(int(m), int(other), c, o.From, emit)
			}
		}
	}
}

func emitOrdered(m, other int, c closeHash, from int, emit func(HashPair)) {
	p := HashPair{A: other, B: m, Distance: int(c.distance), Orientation: int(c.orientation)}
	if other > m {
		p.A, p.B, p.Orientation = m, other, Inverse(p.Orientation)
	}
	if p.B >= from {
		emit(p)
	}
}

// hashIndex finds the values within a distance of a hash. The 64 bits are cut
// into bands; two hashes at most d bits apart are at most d/bands apart in one
// of them, so only values that nearly agree in a band are compared.
type hashIndex struct {
	values   []Hash
	distance int
	bands    [bandCount]band
}

const (
	bandCount = 4
	bandBits  = 64 / bandCount
)

// band lists the values by their bits in the band.
type band struct {
	start  []int32 // values with bits x are order[start[x]:start[x+1]]
	order  []int32
	hashes []Hash // the values themselves, in that order, so that a bucket is read in one go
}

func newHashIndex(values []Hash, distance int) *hashIndex {
	x := &hashIndex{values: values, distance: distance}
	for b := range x.bands {
		x.bands[b] = newBand(values, b)
	}
	return x
}

func newBand(values []Hash, b int) band {
	out := band{start: make([]int32, 1<<bandBits+1), order: make([]int32, len(values)), hashes: make([]Hash, len(values))}
	for _, h := range values {
		out.start[bandOf(h, b)+1]++
	}
	for i := range 1 << bandBits {
		out.start[i+1] += out.start[i]
	}
	next := slices.Clone(out.start)
	for i, h := range values {
		k := bandOf(h, b)
		out.order[next[k]], out.hashes[next[k]] = int32(i), h
		next[k]++
	}
	return out
}

func bandOf(h Hash, b int) int { return int(h >> (b * bandBits) & (1<<bandBits - 1)) }

// closeTo returns, for each value from lo to hi, the close ones before it and
// itself, nearest first.
func (x *hashIndex) closeTo(lo, hi int) [][]closeHash {
	out := make([][]closeHash, hi-lo)
	workers := min(runtime.GOMAXPROCS(0), hi-lo)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := lo + w; i < hi; i += workers {
				out[i-lo] = x.search(i)
			}
		})
	}
	wg.Wait()
	return out
}

func (x *hashIndex) search(i int) []closeHash {
	var found []closeHash
	for o := 1; o <= 8; o++ {
		query := x.values[i].Orient(o)
		for b := range x.bands {
			// d = bandCount*r + a: either one of the first a+1 bands is within r,
			// or one of the others is within r-1.
			r := x.distance / bandCount
			if b > x.distance%bandCount {
				r--
			}
			around(bandOf(query, b), r, func(key int) {
				found = x.compare(found, query, i, b, key, o)
			})
		}
	}
	return nearestOnce(found)
}

// compare appends the values of one bucket, up to i, that are close to query.
func (x *hashIndex) compare(found []closeHash, query Hash, i, b, key, o int) []closeHash {
	band := &x.bands[b]
	start := band.start[key]
	for k, h := range band.hashes[start:band.start[key+1]] {
		if d := bits.OnesCount64(uint64(h ^ query)); d <= x.distance {
			if v := band.order[int(start)+k]; int(v) <= i {
				found = append(found, closeHash{v, int8(d), int8(o)})
			}
		}
	}
	return found
}

// around calls f with key and every key that differs from it in at most r bits.
func around(key, r int, f func(int)) {
	if r < 0 {
		return
	}
	f(key)
	flip(key, 0, r, f)
}

// flip calls f with key after flipping 1 to r of its bits from lowest up.
func flip(key, lowest, r int, f func(int)) {
	if r == 0 {
		return
	}
	for b := lowest; b < bandBits; b++ {
		f(key ^ 1<<b)
		flip(key^1<<b, b+1, r-1, f)
	}
}

// nearestOnce sorts by distance and leaves each value once, at its nearest (the
// lowest orientation of several as near).
func nearestOnce(found []closeHash) []closeHash {
	slices.SortFunc(found, func(a, b closeHash) int {
		if a.value != b.value {
			return int(a.value - b.value)
		}
		if a.distance != b.distance {
			return int(a.distance - b.distance)
		}
		return int(a.orientation - b.orientation)
	})
	found = slices.CompactFunc(found, func(a, b closeHash) bool { return a.value == b.value })
	slices.SortStableFunc(found, func(a, b closeHash) int { return int(a.distance - b.distance) })
	return found
}
