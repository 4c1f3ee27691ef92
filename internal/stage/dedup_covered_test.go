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
		case i > 0 && i < n/3: // a crowd of near copies
			copy(row, h.rows[1])
			spread = .03
		case i > n/2 && rng.IntN(3) == 0:
			copy(row, h.rows[catalog.ImageID(1+rng.IntN(i))])
			spread = .1
		}
		row[0] += .4 // what all have in common
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
	goneOn   bool // of what was compared before
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
	before := len(d.covered.images)
	if err := d.find(ctx); err != nil {
		h.Fatal(err)
	}
	out := outcome{Pairs: map[string]float32{}, goneOn: before > 0 && d.drift != nil && !slices.Equal(d.covered.centre, h.centre)}
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
// another: what is compared bit by bit comes to what one comparison of all finds.
func TestDedupGoesOnAsIfItBeganAnew(t *testing.T) {
	goneOn := 0
	for seed := range uint64(3) {
		h := newJoinHeap(t, seed, 560)
		rng := rand.New(rand.NewPCG(seed, 4))
		var here []catalog.ImageID
		for _, i := range rng.Perm(len(h.all)) {
			if here = append(here, h.all[i]); len(here)%50 != 0 && len(here) != len(h.all) {
				continue
			}
			h.move(rng)
			threshold := []float64{.9, .95, .5}[rng.IntN(3)]
			goneOn += truth(h.sameAsAnew(here, threshold))
			if rng.IntN(2) == 0 { // some leave
				rng.Shuffle(len(here), func(a, b int) { here[a], here[b] = here[b], here[a] })
				here = here[:len(here)-30]
			}
		}
	}
	if goneOn < 8 {
		t.Errorf("%d runs went on from the one before beside a centre that moved: the test shows nothing", goneOn)
	}
}

// move moves the centre a little, as new pictures do.
func (h *joinHeap) move(rng *rand.Rand) {
	h.centre = slices.Clone(h.centre)
	h.centre[0] = .2
	for k := range h.centre {
		h.centre[k] += float32(rng.NormFloat64()) * .0008
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
	want := h.run(here, threshold, true)
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
	if err := d.recall(h.Context(), slices.Clone(h.centre)); err != nil {
		h.Fatal(err)
	}
	d.scorer.Vectors = dedup.NewVectors(len(here), joinDim)
	for i, id := range here {
		row := slices.Clone(h.rows[id])
		takeOff(row, h.centre)
		d.drift.see(row)
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

// No cosine leaves the bounds of the drift, whichever way the centre moves.
func TestDriftBoundsCosines(t *testing.T) {
	const n, dim = 60, 12
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 6))
		former, now := make([]float32, dim), make([]float32, dim)
		for k := range former {
			former[k] = float32(rng.NormFloat64()) * .1
			now[k] = former[k] + float32(rng.NormFloat64())*.01
		}
		d := newDrift(former, now)
		then, today := dedup.NewVectors(n, dim), dedup.NewVectors(n, dim)
		for i := range n {
			row := make([]float32, dim)
			for k := range row {
				row[k] = float32(rng.NormFloat64())
			}
			a, b := slices.Clone(row), slices.Clone(row)
			takeOff(a, former)
			takeOff(b, now)
			d.see(b)
			if then.Set(i, a) != nil || today.Set(i, b) != nil {
				t.Fatal("a row is refused")
			}
		}
		for a := range n {
			for b := range a {
				was, is := float32(then.Cosine(a, b)), float32(today.Cosine(a, b))
				if is > d.above(was) || is < d.below(was) {
					t.Fatalf("a cosine of %g is %g now, out of %g to %g", was, is, d.below(was), d.above(was))
				}
			}
		}
	}
}
