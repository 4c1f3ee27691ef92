package dedup

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
)

// Sketches tell of 256 random planes through the origin on which side of each a vector
// lies. Two vectors at an angle differ in each bit with a chance of angle/pi, whatever
// the heap is like (Charikar, 2002), so that how many pairs a bound on the different bits
// passes over is known beforehand: see [Sketches.Recall]. To count different bits costs
// a tenth of multiplying. Cells of neighbours (inverted files) are of no use here: whitened
// descriptors are spread so evenly that at 100,000 of them a sixth of all cells
// found .98 of the pairs.
type Sketches struct {
	bits []sketch
	// A pair is looked at if at most half of the first half of the bits differ, and at most
	// limit of all: three strangers in a hundred come to the second half.
	half, limit int
}

// sketch has a bit for each plane.
type sketch [4]uint64

const (
	sketchBits = 256
	halfBits   = sketchBits / 2
	// passedOver is the chance that a pair at the cosine that was asked for is missed.
	passedOver = 1e-4
	// lookedAt is the share of unrelated pairs that may be looked at for it: to compute
	// their cosines costs about as much as counting bits.
	lookedAt = 0.02
)

// NewSketches draws the sketches of all vectors, the same for the same seed, for a join
// that must find pairs at a cosine of at or more. It returns nil where sketches tell
// too little for that: near a right angle most pairs would have to be looked at.
// multiply is as in [VectorJoin].
func NewSketches(ctx context.Context, v *Vectors, at float32, seed uint64, multiply Multiplier) (*Sketches, error) {
	s := &Sketches{bits: make([]sketch, v.Len())}
	for s.half = 0; s.half < halfBits && within(halfBits, s.half, at) < 1-passedOver/2; {
		s.half++
	}
	for s.limit = 0; s.limit < sketchBits && within(sketchBits, s.limit, at) < 1-passedOver/2; {
		s.limit++
	}
	if s.Recall(0) > lookedAt {
		return nil, nil
	}
	if multiply == nil {
		multiply = Plain{}
	}
	rng := rand.New(rand.NewPCG(seed, 7))
	planes := make([]float32, sketchBits*v.dim)
	for k := range planes {
		planes[k] = float32(rng.NormFloat64())
	}
	const block = 2048
	rows, sides, all := make([]float32, block*v.dim), make([]float32, block*sketchBits), narrow(nil, v.Len())
	for lo := 0; lo < v.Len(); lo += block {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := all[lo:min(lo+block, v.Len())]
		v.gather(rows, part)
		if err := multiply.MulT(sides[:len(part)*sketchBits], rows[:len(part)*v.dim], planes, len(part), sketchBits, v.dim); err != nil {
			return nil, err
		}
		for r := range part {
			s.bits[lo+r] = sidesOf(sides[r*sketchBits : (r+1)*sketchBits])
		}
	}
	return s, nil
}

func sidesOf(products []float32) (bits sketch) {
	for k, p := range products {
		if p > 0 {
			bits[k/64] |= 1 << (k % 64)
		}
	}
	return bits
}

// Recall is the share of the pairs at a cosine that are looked at.
func (s *Sketches) Recall(cosine float32) float64 {
	sum := 0.0
	for k := range s.half + 1 {
		sum += exactly(halfBits, k, cosine) * within(halfBits, s.limit-k, cosine)
	}
	return min(1, sum)
}

// within is the chance that at most so many of n bits differ for a pair at a cosine.
func within(n, most int, cosine float32) float64 {
	sum := 0.0
	for k := range min(most, n) + 1 {
		sum += exactly(n, k, cosine)
	}
	return min(1, sum)
}

// exactly is the chance that k of n bits differ: each does with a chance of angle/pi.
func exactly(n, k int, cosine float32) float64 {
	p := math.Acos(float64(min(1, max(-1, cosine)))) / math.Pi
	if p == 0 {
		return float64(1 - min(k, 1))
	}
	all, _ := math.Lgamma(float64(n + 1))
	some, _ := math.Lgamma(float64(k + 1))
	rest, _ := math.Lgamma(float64(n - k + 1))
	return math.Exp(all - some - rest + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
}

// gather copies the sketches of some vectors.
func (s *Sketches) gather(dst []sketch, rows []int32) []sketch {
	dst = dst[:0]
	for _, i := range rows {
		dst = append(dst, s.bits[i])
	}
	return dst
}

// near appends the places of the pairs in a row of a tile whose sketches are near, up to
// most in all.
func (s *Sketches) near(hits []hit, of int32, row int, cols []sketch, most int) []hit {
	a, b, c, d := s.bits[of][0], s.bits[of][1], s.bits[of][2], s.bits[of][3]
	half, limit := s.half, s.limit
	for col := range cols {
		x := &cols[col]
		differ := bits.OnesCount64(a^x[0]) + bits.OnesCount64(b^x[1])
		if differ > half {
			continue
		}
		differ += bits.OnesCount64(c^x[2]) + bits.OnesCount64(d^x[3])
		if differ <= limit && len(hits) < most {
			hits = append(hits, hit{a: int32(row), b: int32(col)})
		}
	}
	return hits
}
