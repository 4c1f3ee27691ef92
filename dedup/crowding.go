package dedup

import (
	"fmt"
	"math"
)

// Crowding tells how crowded it is round a picture: how near strangers are to it, of
// which one picture has many and another hardly any. Blue water is near to all blue
// water, a drawing of three boxes to every other; a cosine that makes two market places
// copies says nothing of two such pictures. So the distance of two pictures is told in
// units of how far strangers are from either (local scaling; Zelnik-Manor and Perona
// 2004; the same idea normalises the scores of copy detectors: Pizzi and others 2022).
type Crowding struct {
	dim     int
	rank    int       // which of the nearest of the sample says how far strangers are
	sample  []float32 // rows of length 1
	typical float64   // distance of strangers
}

const (
	// crowdRank is more than the copies that a picture may have in a sample, of which
	// most were left out.
	crowdRank  = 12
	crowdShare = 100 // or one in so many, where that is more
	crowdLeast = 24  // pictures that a sample must have
)

// WidestScale is the largest scale there is. A pair whose told cosine is x has a
// cosine of 1-(1-x)*WidestScale^2 or more.
const WidestScale = 1.08

// narrowestScale keeps rows that are the same as many of the sample apart from 0.
const narrowestScale = 0.2

// NewCrowding measures crowds by a sample: rows of dim values and of length 1, one of each
// group of copies. It keeps the sample. Of fewer than 24 rows it returns nil, which tells
// every cosine as it is.
func NewCrowding(sample []float32, dim int) *Crowding {
	n := len(sample) / max(dim, 1)
	if n < crowdLeast {
		return nil
	}
	c := &Crowding{dim: dim, rank: max(crowdRank, n/crowdShare), sample: sample, typical: 1}
	sum, nearest := 0.0, make([]float32, c.rank)
	cosines := make([]float32, n)
	for i := range n {
		c.cosines(cosines, c.row(i))
		sum += math.Log(c.distance(nearest, cosines, i))
	}
	c.typical = math.Exp(sum / float64(n))
	return c
}

func (c *Crowding) row(i int) []float32 { return c.sample[i*c.dim : (i+1)*c.dim] }

func (c *Crowding) cosines(dst []float32, row []float32) {
	for k := range dst {
		dst[k] = dot(row, c.row(k))
	}
}

// distance returns how far strangers are from a picture, given its cosines with the
// sample, of which it is row self (-1: none). nearest is work space of rank values.
func (c *Crowding) distance(nearest, cosines []float32, self int) float64 {
	for k := range nearest {
		nearest[k] = -1
	}
	for k, x := range cosines {
		if k == self || x <= nearest[len(nearest)-1] {
			continue
		}
		at := len(nearest) - 1
		for at > 0 && nearest[at-1] < x {
			nearest[at] = nearest[at-1]
			at--
		}
		nearest[at] = x
	}
	return max(1-float64(nearest[len(nearest)-1]), 1e-3)
}

// Scale returns the scale of a row of length 1, under 1 in a crowd. Row self of the sample
// shows the same picture and is not counted; -1 for none.
func (c *Crowding) Scale(row []float32, self int) float32 {
	if c == nil {
		return 1
	}
	cosines := make([]float32, len(c.sample)/c.dim)
	c.cosines(cosines, row)
	return c.scale(make([]float32, c.rank), cosines, self)
}

func (c *Crowding) scale(nearest, cosines []float32, self int) float32 {
	return float32(min(max(c.distance(nearest, cosines, self)/c.typical, narrowestScale), WidestScale))
}

// Scales returns the scale of every row of v, whose rows number sample are the sample;
// nil of nil.
func (c *Crowding) Scales(v *Vectors, sample []int, multiply Multiplier) ([]float32, error) {
	if c == nil {
		return nil, nil
	}
	if multiply == nil {
		multiply = Plain{}
	}
	self := make(map[int]int, len(sample))
	for k, i := range sample {
		self[i] = k
	}
	n, out := len(sample), make([]float32, v.Len())
	const block = 2048
	rows, cosines := make([]float32, block*c.dim), make([]float32, block*n)
	for lo := 0; lo < v.Len(); lo += block {
		part := narrow(nil, min(block, v.Len()-lo))
		for k := range part {
			part[k] += int32(lo)
		}
		v.gather(rows[:len(part)*c.dim], part)
		if err := multiply.MulT(cosines[:len(part)*n], rows[:len(part)*c.dim], c.sample, len(part), n, c.dim); err != nil {
			return nil, fmt.Errorf("how crowded it is round pictures: %w", err)
		}
		inParallel(len(part), func(r int) {
			own, inSample := self[lo+r]
			if !inSample {
				own = -1
			}
			out[lo+r] = c.scale(make([]float32, c.rank), cosines[r*n:(r+1)*n], own)
		})
	}
	return out, nil
}

// Told returns the cosine of two pictures of two scales as it would be where it is as
// crowded as usual.
func Told(cosine float64, a, b float32) float64 { return 1 - (1-cosine)/(float64(a)*float64(b)) }

// Untold returns the lowest cosine that may be told as x.
func Untold(x float64) float64 { return 1 - (1-x)*WidestScale*WidestScale }

// Told returns the cosine of a and b, told in their Scales where there are any.
func (s *Scorer) Told(a, b int) float64 { return s.told(a, b, s.Vectors.Cosine(a, b)) }

func (s *Scorer) told(a, b int, cosine float64) float64 {
	if s.Scales == nil {
		return cosine
	}
	return Told(cosine, s.Scales[a], s.Scales[b])
}
