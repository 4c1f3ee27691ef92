package stage

import (
	"cmp"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
)

// What a calibration that was learnt on others' pictures has to be told of this heap:
// how near its strangers are to each other (measureHeap, before the search) and how many
// copies it has (settleShare, after it).

// heapSample is how many pictures are compared to see how near strangers are.
const heapSample = 1200

// calibrated tells whether chances rest on a calibration.
func (d *deduping) calibrated() bool {
	return d.learnt != nil && d.learnt.lookalikes != nil && d.scorer.Vectors != nil && !d.opt.Cosine
}

// measureHeap compares a sample of pictures that do not look like copies. A
// heap of one kind (drawings in one style, one subject) has strangers that are nearer
// than those that the calibration has met. The search goes by the largest share of
// copies, so that it finds all that any share makes likely.
func (d *deduping) measureHeap() error {
	if !d.calibrated() {
		return nil
	}
	m := d.learnt
	rows := d.differentPictures()
	if err := d.tellCrowds(rows); err != nil {
		return err
	}
	if m.others {
		if m.measured = len(rows) >= fewestPictures; m.measured {
			cosines, at := d.crossCosines(rows), m.curve(d.population()).Inverse(0.5)
			m.heap.Stretch = m.calibration.Stretch(cosines, len(rows), at)
		}
	}
	m.heap.Share = calibrate.MostShare
	return nil
}

// tellCrowds measures how crowded it is round each picture, by those of a sample that are
// no copies of each other.
func (d *deduping) tellCrowds(rows []int) error {
	if !d.learnt.calibration.Crowds {
		return nil
	}
	v := d.scorer.Vectors
	sample := make([]float32, len(rows)*v.Dim())
	for k, i := range rows {
		v.Row(sample[k*v.Dim():(k+1)*v.Dim()], i)
	}
	var err error
	d.scorer.Scales, err = dedup.NewCrowding(sample, v.Dim()).Scales(v, rows, d.multiply)
	return err
}

// lowest returns the lowest cosine that may be told as x.
func (d *deduping) lowest(x float32) float32 {
	if d.scorer.Scales == nil {
		return x
	}
	return float32(dedup.Untold(float64(x)))
}

// differentPictures returns a sample of the pictures without those that seem to be copies.
func (d *deduping) differentPictures() (out []int) {
	rows := d.sampleRows()
	at := d.learnt.curve(max(fewestStrangers, len(d.images))).Inverse(0.5)
	for _, i := range different(len(rows), func(i, k int) bool {
		bits, _ := dedup.Distance(d.scorer.Hashes[rows[i]], d.scorer.Hashes[rows[k]])
		return d.scorer.Vectors.Cosine(rows[i], rows[k]) >= at || bits <= nearlyEqual
	}) {
		out = append(out, rows[i])
	}
	return out
}

// different picks from n pictures, told which two look like copies. Of a group in which
// half of all pairs do it takes the first: versions of a picture, though not each is near
// to each. But where a chain of likenesses holds many that are not alike, that is what this
// heap is like, and no group of copies: of these it takes all.
func different(n int, alike func(i, k int) bool) (out []int) {
	groups, pairs := dedup.NewComponents(n), make([]int, n) // of i with those before it
	for i := range n {
		for k := range i {
			if alike(i, k) {
				groups.Join(i, k)
				pairs[i]++
			}
		}
	}
	again := make([]bool, n)
	for _, g := range groups.Groups() {
		sum := 0
		for _, i := range g {
			sum += pairs[i]
		}
		for _, i := range g[1:] {
			again[i] = 4*sum >= len(g)*(len(g)-1)
		}
	}
	for i := range n {
		if !again[i] {
			out = append(out, i)
		}
	}
	return out
}

// nearlyEqual is a hash distance that hardly any two strangers have.
const nearlyEqual = 4

// sampleRows returns the pictures whose content hashes come first, so that the sample
// does not depend on the order of ingest.
func (d *deduping) sampleRows() []int {
	rows := make([]int, len(d.images))
	for i := range rows {
		rows[i] = i
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(d.images[a].Hash.String(), d.images[b].Hash.String()) })
	return rows[:min(len(rows), heapSample)]
}

// crossCosines counts the cosines of all pairs, but for those that were made apart: they
// have curves of their own.
func (d *deduping) crossCosines(rows []int) (h calibrate.Histogram) {
	apart := d.madeApart()
	for i, a := range rows {
		for _, b := range rows[:i] {
			if apart(a, b) == nil {
				h.Add(d.scorer.Told(a, b))
			}
		}
	}
	return h
}

// settleShare estimates from the pairs that were found how many copies there are, and
// sets the scores by that. A search that looks at some pairs only can tell nothing of
// the whole heap, and takes the usual share.
func (d *deduping) settleShare(pairs [][2]int32) {
	if !d.calibrated() || d.opt.Kind == catalog.SimilarPair {
		return
	}
	m, from := d.learnt, float64(d.cosineFor(d.floor))
	m.heap.Share = calibrate.Prior
	if !d.limited() {
		apart := d.madeApart()
		var cosines calibrate.Histogram
		for _, p := range pairs {
			a, b := int(p[0]), int(p[1])
			if c := d.scorer.Told(a, b); c >= from && apart(a, b) == nil {
				cosines.Add(c)
			}
		}
		m.heap.Share = m.inHeap().Share(len(d.images), cosines, from)
	}
	stretch := max(m.heap.Stretch, 1)
	d.result.Prior, d.result.Stretch = &m.heap.Share, &stretch
	d.setScores()
}

// speakThrough lets third pictures speak for pairs of strong edits.
func (d *deduping) speakThrough() {
	if !d.calibrated() || d.opt.Kind == catalog.SimilarPair {
		return
	}
	apart := d.madeApart()
	dedup.ThroughThird(d.pairs, func(a, b int) bool { return apart(a, b) != nil })
}
