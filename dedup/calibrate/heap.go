package calibrate

import (
	"cmp"
	"math"
)

// Heap is what has to be known of a catalogue, beside its size, to say what a score
// means there. A zero Share stands for Prior, a zero Stretch for 1.
type Heap struct {
	// Share says how many copies there are: a picture has Share/(1-Share) others of
	// itself on average. Calibration.Share estimates it.
	Share float64
	// Stretch is how many times as far the cosines of its strangers reach as those that
	// the calibration was learnt on. Calibration.Stretch estimates it.
	Stretch float64
}

// Prior is the Share where nothing is known of the catalogue: one picture in five is a
// copy of another.
const Prior = 0.2

// The least and the largest Share that is believed. Pictures that merely look alike
// (blue water, one style) can be taken for copies by the estimate; it may not make
// itself right by asking for less and less. The largest is one at which fewer than one in
// 1,000 images of a heap with thumbnails are removed for another (docs/dedup.md).
const (
	LeastShare = 0.05
	MostShare  = 0.25
)

// In returns the calibration as it is in a heap.
func (c Calibration) In(h Heap) Calibration {
	c.share = h.Share
	if h.Stretch > 0 {
		c.Strangers = c.Strangers.stretched(h.Stretch)
	}
	return c
}

// odds is how many copies a picture has on average.
func (c Calibration) odds() float64 {
	share := cmp.Or(c.share, Prior)
	return share / (1 - share)
}

// strangers is how many a picture has in a catalogue of so many images.
func strangers(images int) float64 { return float64(max(images-1, 1)) }

// stretched returns the tail of cosines that are so many times as large.
func (t Tail) stretched(by float64) Tail {
	t.Low, t.Step, t.Slope, t.end = t.Low*by, t.Step*by, t.Slope/by, by
	return t
}

// Share estimates the share of copies among so many images from the cosines of their pairs: all that
// are at from or more, each pair once. A pair is one of copies or of strangers; how the
// cosines of either are distributed is known, and so is the number of strangers' pairs.
// What is left to find is the number of pairs of copies: the one that makes these
// cosines likeliest, by expectation and maximisation (Dempster, Laird and Rubin, 1977; for
// class shares Saerens, Latinne and Decaestecker, 2002). The result lies between
// LeastShare and MostShare.
func (c Calibration) Share(images int, cosines Histogram, from float64) float64 {
	first := bin(from) + 1 // the bin that from is in may be counted in part
	all := strangers(images) * float64(images) / 2
	var copies, other []float64 // expected in each bin: of one pair of copies, and of all of strangers
	reached := 0.0
	for i := first; i < len(cosines); i++ {
		low := -1 + binWidth*float64(i)
		near, _ := c.Strangers.log(low)
		far, _ := c.Strangers.log(low + binWidth)
		share := binWidth * math.Exp(c.Copies.at(low+binWidth/2))
		copies, other = append(copies, share), append(other, all*(math.Exp(near)-math.Exp(far)))
		reached += share
	}
	if reached == 0 {
		return LeastShare
	}
	pairs := float64(images) / 2 * c.odds()
	for range 100 {
		sum := 0.0
		for k, share := range copies {
			if expected := pairs*share + other[k]; expected > 0 {
				sum += cosines[first+k] * pairs * share / expected
			}
		}
		pairs = sum / reached
	}
	each := 2 * pairs / float64(max(images, 1))
	return min(max(each/(1+each), LeastShare), MostShare)
}

// Stretch estimates how far a heap's strangers reach, from the cosines of all pairs of a
// sample of so many pictures that are mostly strangers: what is known as a copy, or
// looks like one at a cosine of upTo, is to be left out before, down to one
// picture of each. Of the copies that are still among them each picture may have one.
// It finds the stretch, of 1 or more, that makes these cosines likeliest.
func (c Calibration) Stretch(cosines Histogram, pictures int, upTo float64) float64 {
	first, last := bin(c.Strangers.quantile(0.1)), bin(upTo)
	total := cosines.total()
	if last <= first || total == 0 {
		return 1
	}
	best, stretch := math.Inf(-1), 1.0
	for s := 1.0; s <= mostStretch+1e-9; s += 0.01 {
		if l := c.likelihood(cosines, c.Strangers.stretched(s), first, last, 1/float64(max(pictures, 2))); l > best {
			best, stretch = l, s
		}
	}
	return stretch
}

// mostStretch is the largest that is tried: over that, nothing but the same pixels
// would count.
const mostStretch = 3.0

// likelihood returns the log likelihood of the counts in bins first to last, and of all
// that is below, if strangers have this tail and the share of copies' pairs is the
// best one up to most.
func (c Calibration) likelihood(cosines Histogram, t Tail, first, last int, most float64) float64 {
	var copies, other, counts []float64
	total, within, reached := cosines.total(), 0.0, 0.0
	for i := first; i < last; i++ {
		low := -1 + binWidth*float64(i)
		near, _ := t.log(low)
		far, _ := t.log(low + binWidth)
		share := binWidth * math.Exp(c.Copies.at(low+binWidth/2))
		copies, other, counts = append(copies, share), append(other, math.Exp(near)-math.Exp(far)), append(counts, cosines[i])
		within += cosines[i]
		reached += share
	}
	share := most / 2
	for range 30 {
		sum := 0.0
		for k, n := range counts {
			sum += n * share * copies[k] / (share*copies[k] + (1-share)*other[k])
		}
		share = min(max(sum/reached/total, 1e-9), most)
	}
	sum, rest := 0.0, 1.0
	for k, n := range counts {
		p := share*copies[k] + (1-share)*other[k]
		sum += n * math.Log(p)
		rest -= p
	}
	return sum + (total-cosines.above(last)-within)*math.Log(max(rest, 1e-9))
}
