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
	bits  [][sketchWords]uint64
	limit int // different bits up to which a pair is looked at
}

const (
	sketchWords = 4
	sketchBits  = 64 * sketchWords
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
	s := &Sketches{bits: make([][sketchWords]uint64, v.Len())}
	for s.Recall(at) < 1-passedOver {
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

func sidesOf(products []float32) (bits [sketchWords]uint64) {
	for k, p := range products {
		if p > 0 {
			bits[k/64] |= 1 << (k % 64)
		}
	}
	return bits
}

// Recall is the share of the pairs at a cosine that the bound on different bits lets
// through: of the binomial distribution of 256 bits, each of which differs with a chance
// of the angle over pi.
func (s *Sketches) Recall(cosine float32) float64 {
	p := math.Acos(float64(min(1, max(-1, cosine)))) / math.Pi
	if p == 0 {
		return 1
	}
	sum, n := 0.0, float64(sketchBits)
	all, _ := math.Lgamma(n + 1)
	for k := 0.0; k <= float64(s.limit); k++ {
		some, _ := math.Lgamma(k + 1)
		rest, _ := math.Lgamma(n - k + 1)
		sum += math.Exp(all - some - rest + k*math.Log(p) + (n-k)*math.Log1p(-p))
	}
	return min(1, sum)
}

// near appends the places of the pairs in a row of a tile whose sketches are near, up to
// most in all.
func (s *Sketches) near(hits []hit, t tile, row, most int) []hit {
	x := s.bits[t.rows[row]]
	for col, c := range t.cols {
		y := &s.bits[c]
		d := bits.OnesCount64(x[0]^y[0]) + bits.OnesCount64(x[1]^y[1]) + bits.OnesCount64(x[2]^y[2]) + bits.OnesCount64(x[3]^y[3])
		if d <= s.limit && len(hits) < most {
			hits = append(hits, hit{a: int32(row), b: int32(col)})
		}
	}
	return hits
}
