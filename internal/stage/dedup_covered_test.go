package stage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
)

// joinHeap is images with embeddings that were made up, some of them copies of others
// and some a crowd, beside a catalogue that remembers what was compared.
type joinHeap struct {
	*testing.T
	heap  *heap
	space catalog.Space
	mul   *ortMultiplier
	rows  map[catalog.ImageID][]float32 // of length 1
	all   []catalog.ImageID

	centre []float32 // what is taken off each
}

const joinDim = 24

func newJoinHeap(t *testing.T, seed uint64, n int) *joinHeap {
	h := &joinHeap{T: t, heap: newHeap(t), mul: multiplier(t, joinDim), rows: map[catalog.ImageID][]float32{}, centre: make([]float32, joinDim)}
	var err error
	h.space, err = h.heap.env.Catalog.EnsureSpace(t.Context(), catalog.SpaceKey{ModelHash: "made up", Dim: joinDim})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 3))
	for i := range n {
		row, spread := make([]float32, joinDim), 1.0
		switch {
		case i == 1: // alike at the lowest threshold only
			copy(row, h.rows[1])
			spread = .43
		case i > 1 && i < n/3: // two crowds of near copies
			copy(row, h.rows[catalog.ImageID(1+i%2)])
			spread = .005
		case i > n/2 && rng.IntN(3) == 0:
			copy(row, h.rows[catalog.ImageID(1+rng.IntN(i))])
			spread = .1
		}
		if spread == 1 {
			row[0] += .4 // what all have in common
		}
		for k := range row {
			row[k] += float32(spread * rng.NormFloat64() / 2)
		}
		takeOff(row, make([]float32, joinDim)) // only scales
		h.all = append(h.all, catalog.ImageID(i+1))
		h.rows[catalog.ImageID(i+1)] = row
	}
	return h
}

// learn makes a model for which the floor rises with the number of images.
func learn() *spaceModel {
	m := bareCosine(joinDim)
	m.others = true
	m.curve = func(n int) calibrate.Curve {
		at := .6 + .02*math.Log(float64(n))
		return calibrate.Curve{Scores: []float64{-1, at - .3, at, 1}, Odds: []float64{-9, -4, 3, 6}}
	}
	m.nearest = func(n int) float64 { return .45 + .02*math.Log(float64(n)) }
	return m
}

// outcome is what a run finds, by images.
type outcome struct {
	Pairs    map[string]float32
	Clusters []string
	goneOn   bool      // of what was compared before, with a centre that has moved since
	centre   []float32 // that was taken off
}

// run compares the images that are here; anew forgets what was compared before.
func (h *joinHeap) run(here []catalog.ImageID, threshold float64, anew bool) outcome {
	h.Helper()
	here = slices.Sorted(slices.Values(here))
	ctx := h.Context()
	if anew {
		if err := h.heap.env.Catalog.SaveJoined(ctx, h.space.ID, catalog.Joined{}); err != nil {
			h.Fatal(err)
		}
	}
	d := h.plan(here, threshold)
	before := d.covered
	_, usable := before.goOn(d, d.cosineFor(d.floor), d.linkAt())
	if err := d.find(ctx); err != nil {
		h.Fatal(err)
	}
	out := outcome{Pairs: map[string]float32{}, goneOn: usable && !slices.Equal(d.covered.centre, h.centre), centre: d.covered.centre}
	for _, p := range d.pairs {
		out.Pairs[fmt.Sprint(here[p.A], here[p.B])] = p.Similarity
	}
	rank := make([]int, len(here))
	for i := range rank {
		rank[i] = i
	}
	for _, g := range dedup.Cluster(dedup.Clustering{Pairs: d.pairs, Threshold: threshold, Linked: d.linked, Crowded: d.crowded, Rank: rank,
		Similarity: d.scorer.Similarity}) {
		text := fmt.Sprint(here[g.Keeper])
		for _, m := range g.Members {
			text += fmt.Sprintf(" %d:%.4f", here[m.Index], m.Similarity)
		}
		out.Clusters = append(out.Clusters, text)
	}
	return out
}

// Images come and go, the centre moves, the floor rises and falls, and the threshold is
// another: what is compared bit by bit comes to what one comparison of all finds with the
// same centre.
func TestDedupGoesOnAsIfItBeganAnew(t *testing.T) {
	goneOn := 0
	for _, seed := range []uint64{0, 2, 4} { // the crowds of these lie within .66 and .72
		h := newJoinHeap(t, seed, 560)
		rng := rand.New(rand.NewPCG(seed, 4))
		var here []catalog.ImageID
		away := slices.Clone(h.all)
		for step := range 14 {
			rng.Shuffle(len(here), func(a, b int) { here[a], here[b] = here[b], here[a] })
			rng.Shuffle(len(away), func(a, b int) { away[a], away[b] = away[b], away[a] })
			come, leave := min(60, len(away)), 0
			switch { // first nearly all come, and once most leave
			case step == 0:
				come = 500
			case step == 7:
				come, leave = 0, len(here)*7/8
			case rng.IntN(3) == 0 && len(here) > 200:
				come, leave = 0, 30
			}
			here, away = slices.Concat(here[leave:], away[:come]), slices.Concat(away[come:], here[:leave])
			h.move(rng)
			goneOn += truth(h.sameAsAnew(here, []float64{.95, .9, .5, .9}[step%4]))
		}
	}
	if goneOn < 8 {
		t.Errorf("%d runs went on from the one before beside a centre that moved: the test shows nothing", goneOn)
	}
}

// move moves the centre a little, as new pictures do.
func (h *joinHeap) move(rng *rand.Rand) {
	h.centre = slices.Clone(h.centre)
	if h.centre[0] == 0 {
		h.centre[0] = .2
	}
	for k := range h.centre {
		h.centre[k] += float32(rng.NormFloat64()) * .001
	}
}

// sameAsAnew compares a run that goes on with one that begins anew, and leaves the
// catalogue as the first did. It tells whether that one could go on.
func (h *joinHeap) sameAsAnew(here []catalog.ImageID, threshold float64) bool {
	h.Helper()
	got := h.run(here, threshold, false)
	remembered, err := h.heap.env.Catalog.JoinedOf(h.Context(), h.space.ID)
	if err != nil {
		h.Fatal(err)
	}
	now := h.centre
	h.centre = got.centre
	want := h.run(here, threshold, true)
	h.centre = now
	if !reflect.DeepEqual(got.Pairs, want.Pairs) || !slices.Equal(got.Clusters, want.Clusters) {
		h.Fatalf("%d images at %g: %d pairs and %d clusters, begun anew %d and %d", len(here), threshold, len(got.Pairs),
			len(got.Clusters), len(want.Pairs), len(want.Clusters))
	}
	if len(want.Clusters) == 0 || len(want.Pairs) < len(here)/2 {
		h.Fatalf("%d pairs in %d clusters of %d images: the test shows nothing", len(want.Pairs), len(want.Clusters), len(here))
	}
	if err := h.heap.env.Catalog.SaveJoined(h.Context(), h.space.ID, remembered); err != nil {
		h.Fatal(err)
	}
	return got.goneOn
}

// What is new is compared, and nothing else.
func TestDedupComparesWhatIsNew(t *testing.T) {
	h := newJoinHeap(t, 9, 400)
	few := h.all[140:] // no crowd
	h.run(few[:250], .9, true)
	for _, c := range []struct {
		here []catalog.ImageID
		want int
	}{{few[:250], 0}, {few, 10}, {few[5:], 0}} {
		d := h.plan(c.here, .9)
		join, usable := d.covered.goOn(d, d.cosineFor(d.floor), d.linkAt())
		if !usable || len(join.Left) != c.want {
			t.Errorf("of %d images %d are compared (%v), want %d", len(c.here), len(join.Left), usable, c.want)
		}
		h.run(c.here, .9, false)
	}
}

// plan prepares a run of images, short of comparing them.
func (h *joinHeap) plan(here []catalog.ImageID, threshold float64) *deduping {
	h.Helper()
	d := &deduping{env: h.heap.env, opt: DedupOptions{Threshold: threshold}, result: &DedupResult{}, learnt: learn(), space: h.space,
		multiply: h.mul, at: map[catalog.ImageID]int{}}
	for i, id := range here {
		d.at[id] = i
		d.images = append(d.images, catalog.Candidate{Image: id})
	}
	centre, err := d.recall(h.Context(), slices.Clone(h.centre))
	if err != nil {
		h.Fatal(err)
	}
	d.scorer.Vectors = dedup.NewVectors(len(here), joinDim)
	for i, id := range here {
		row := slices.Clone(h.rows[id])
		takeOff(row, centre)
		if err := d.scorer.Vectors.Set(i, row); err != nil {
			h.Fatal(err)
		}
	}
	d.setScores()
	return d
}

// What was compared is written and read without loss; what is damaged is no reason to stop.
func TestCoveredIsReadAsWritten(t *testing.T) {
	c := covered{
		centre: []float32{.1, -.2}, floor: .3, linkAt: .5, images: []catalog.ImageID{1, 2, 700},
		pairs: [][2]catalog.ImageID{{1, 700}, {2, 700}}, links: [][2]catalog.ImageID{{700, 1}},
	}
	data := c.data()
	if got, err := readCovered(data); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("%+v, %v", got, err)
	}
	for n := range data {
		if _, err := readCovered(data[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are taken for all", n, len(data))
		}
	}
}

// The centre stays what it was until it has moved too far.
func TestCentreStaysForAWhile(t *testing.T) {
	h := newJoinHeap(t, 1, 300)
	h.run(h.all, .9, true)
	first := h.centre
	for _, c := range []struct {
		by   float32
		want bool
	}{{.9 * moved, true}, {1.1 * moved, false}} {
		h.centre = slices.Clone(first)
		h.centre[3] += c.by
		d := h.plan(h.all, .9)
		if stays := len(d.covered.images) > 0; stays != c.want || stays != slices.Equal(d.covered.centre, first) {
			t.Errorf("moved by %g: what was compared is of use: %t", c.by, stays)
		}
	}
}
