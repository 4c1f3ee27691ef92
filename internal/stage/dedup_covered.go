package stage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
)

// covered is what a comparison of all with all found, so that a later one compares
// only what is new. Every pair of its images at a cosine of floor or more is among the
// pairs, unless one of the two has nearest pairs or more: those have others too, and only
// who is linked at linkAt or more is known of them.
type covered struct {
	centre        []float32 // what was taken off each embedding
	floor, linkAt float32
	images        []catalog.ImageID // ascending
	pairs, links  [][2]catalog.ImageID
}

const (
	// margin is how far under the floor of today a comparison of all goes, so that what
	// it finds is of use when the floor falls (images left).
	margin = 0.03
	// moved is how far the centre of the heap may be from the one that was taken off: its
	// length. Embeddings stay where they are until then: a cosine is within 2*moved over
	// the length of the shorter vector (1 less that of the centre, or more) of what it would
	// be anew, and as far only if both vectors lie along the way that the centre went.
	moved = 0.02
	// nearest is the pairs of one image that are kept.
	nearest = 64
)

// recall reads what the last comparison of this space found, if the embeddings are
// whitened as they were then and the centre of the heap is about where it was. It
// returns the centre to take off: the one of then, or else the one of now.
func (d *deduping) recall(ctx context.Context, centre []float32) ([]float32, error) {
	j, err := d.env.Catalog.JoinedOf(ctx, d.space.ID)
	if err != nil {
		return nil, err
	}
	d.covered = covered{centre: centre}
	if j.Key == d.whitenedBy() {
		if c, err := readCovered(j.Data); err == nil && centresApart(c.centre, centre) <= moved {
			d.covered = c
		}
	}
	return d.covered.centre, nil
}

// centresApart is how far two centres are from each other; none is at the origin.
func centresApart(a, b []float32) float64 {
	square := 0.0
	for k := range max(len(a), len(b)) {
		var x, y float32
		if k < len(a) {
			x = a[k]
		}
		if k < len(b) {
			y = b[k]
		}
		square += float64(x-y) * float64(x-y)
	}
	return math.Sqrt(square)
}

// whitenedBy names the whitening and what the program does with it.
func (d *deduping) whitenedBy() string {
	h := sha256.New()
	for _, values := range [][]float32{d.learnt.whitening.Mean, d.learnt.whitening.Matrix} {
		for _, v := range values {
			var b [4]byte
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
			h.Write(b[:])
		}
	}
	return fmt.Sprintf("2 %d %x", d.learnt.whitening.Out, h.Sum(nil)[:16])
}

// joinAll compares all images with all others: what is new since the last time with
// everything, or everything anew where too much has changed.
func (d *deduping) joinAll(ctx context.Context, want func(a, b int)) error {
	floor, linkAt := d.lowest(d.cosineFor(d.floor)), d.lowest(d.linkAt())
	join, usable := d.covered.goOn(d, floor, linkAt)
	if !usable {
		d.covered = covered{centre: d.covered.centre, floor: floor - margin, linkAt: linkAt - margin}
		join = dedup.VectorJoin{Floor: floor - margin, LinkAt: linkAt - margin}
	}
	links := d.formerLinks(d.covered.links)
	join.Nearest, join.Link = nearest, links.Join
	var found [][2]int32
	var err error
	if join.Sketches, err = d.sketches(ctx, join.LinkAt); err != nil {
		return err
	}
	err = d.joinVectors(ctx, join, func(a, b int) {
		found = append(found, [2]int32{int32(a), int32(b)})
		if float32(d.scorer.Vectors.Cosine(a, b)) >= floor {
			want(a, b)
		}
	})
	if err != nil {
		return err
	}
	groups := d.linkedGroups(links)
	for _, g := range groups {
		for _, i := range g[1:] {
			d.linked.Join(g[0], i)
		}
	}
	if usable && len(join.Left) == 0 && len(d.covered.images) == d.embedded() {
		return nil
	}
	d.covered.take(d, found, groups)
	return d.env.Catalog.SaveJoined(ctx, d.space.ID, catalog.Joined{Key: d.whitenedBy(), Data: d.covered.data()})
}

// formerLinks joins what was linked before. Images that left stand behind those that
// are here, because others may be linked through them.
func (d *deduping) formerLinks(links [][2]catalog.ImageID) *dedup.Components {
	gone := map[catalog.ImageID]int{}
	place := func(id catalog.ImageID) int {
		i, here := d.at[id]
		if !here {
			if _, known := gone[id]; !known {
				gone[id] = len(d.images) + len(gone)
			}
			i = gone[id]
		}
		return i
	}
	var places [][2]int
	for _, l := range links {
		places = append(places, [2]int{place(l[0]), place(l[1])})
	}
	out := dedup.NewComponents(len(d.images) + len(gone))
	for _, p := range places {
		out.Join(p[0], p[1])
	}
	return out
}

// linkedGroups are the groups of the images that are here.
func (d *deduping) linkedGroups(links *dedup.Components) [][]int {
	var out [][]int
	for _, g := range links.Groups() {
		here, _ := slices.BinarySearch(g, len(d.images))
		if here > 1 {
			out = append(out, g[:here])
		}
	}
	return out
}

// embedded counts the images that have an embedding.
func (d *deduping) embedded() int {
	n := 0
	for i := range d.images {
		n += truth(d.scorer.Vectors.Has(i))
	}
	return n
}

// goOn returns the join of what is new with everything, unless too much is new, or more
// is asked for than was looked for.
func (c *covered) goOn(d *deduping, floor, linkAt float32) (join dedup.VectorJoin, usable bool) {
	if len(c.images) == 0 || c.floor > floor {
		return join, false
	}
	crowded := c.crowded()
	if len(crowded) == 0 { // the pairs tell all links there are
		c.linkAt = max(c.floor, min(c.linkAt, linkAt-margin))
	}
	if c.linkAt > linkAt {
		return join, false
	}
	again := d.again(c, crowded)
	fresh, all := []int{}, make([]int, len(d.images))
	for i := range all {
		if all[i] = i; again[i] {
			fresh = append(fresh, i)
		}
	}
	if len(fresh) > len(d.images)/2 {
		return join, false
	}
	known := func(yield func(a, b int) bool) {
		for _, p := range c.pairs {
			if a, b, ok := d.pairAt(p); ok && !again[a] && !again[b] && !yield(a, b) {
				return
			}
		}
	}
	return dedup.VectorJoin{Floor: c.floor, LinkAt: c.linkAt, Left: fresh, Right: all, Known: known}, true
}

// crowded counts the pairs of the images that may have more than are listed.
func (c *covered) crowded() map[catalog.ImageID]int {
	count := make(map[catalog.ImageID]int, len(c.images)/4)
	for _, p := range c.pairs {
		count[p[0]]++
		count[p[1]]++
	}
	maps.DeleteFunc(count, func(_ catalog.ImageID, n int) bool { return n < nearest })
	return count
}

// again tells which images must be compared with all: those that were not there, and
// the crowded ones that lost a neighbour, of which others may be the nearest now.
func (d *deduping) again(c *covered, crowded map[catalog.ImageID]int) []bool {
	again := make([]bool, len(d.images))
	for i, im := range d.images {
		_, known := slices.BinarySearch(c.images, im.Image)
		again[i] = d.scorer.Vectors.Has(i) && !known
	}
	for _, p := range c.pairs {
		a, okA := d.at[p[0]]
		b, okB := d.at[p[1]]
		if okA && !okB {
			again[a] = again[a] || crowded[p[0]] > 0
		}
		if okB && !okA {
			again[b] = again[b] || crowded[p[1]] > 0
		}
	}
	return again
}

// pairAt finds the places of two images.
func (d *deduping) pairAt(p [2]catalog.ImageID) (a, b int, ok bool) {
	a, okA := d.at[p[0]]
	b, okB := d.at[p[1]]
	return a, b, okA && okB
}

// take notes what a join has found. Links are kept only where pairs do not tell them.
func (c *covered) take(d *deduping, found [][2]int32, groups [][]int) {
	c.images, c.pairs, c.links = nil, nil, nil
	for i, im := range d.images {
		if d.scorer.Vectors.Has(i) {
			c.images = append(c.images, im.Image)
		}
	}
	degree := make([]int32, len(d.images))
	for _, p := range found {
		c.pairs = append(c.pairs, [2]catalog.ImageID{d.images[p[0]].Image, d.images[p[1]].Image})
		degree[p[0]]++
		degree[p[1]]++
	}
	for _, g := range groups {
		if !slices.ContainsFunc(g, func(i int) bool { return degree[i] >= nearest }) {
			continue
		}
		for k := 1; k < len(g); k++ {
			c.links = append(c.links, [2]catalog.ImageID{d.images[g[k-1]].Image, d.images[g[k]].Image})
		}
	}
}
