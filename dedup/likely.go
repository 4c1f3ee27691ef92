package dedup

import "math/bits"

// Likely returns a function for [Clustering.Likely]: a pair may reach the threshold if its
// cosine is at least cosine or its hashes differ in at most distance bits (-1: never).
// multiply multiplies blocks of at most 2048 vectors; where it fails, the function
// cannot tell.
func (s *Scorer) Likely(multiply Multiplier, cosine float32, distance int) func(rows, cols []int) [][]int {
	return func(rows, cols []int) [][]int {
		out := make([][]int, len(rows))
		const block = 2048
		for lo := 0; lo < len(rows); lo += block {
			part := rows[lo:min(lo+block, len(rows))]
			for first := 0; first < len(cols); first += block {
				wide := cols[first:min(first+block, len(cols))]
				cosines, err := s.cosines(multiply, part, wide)
				if err != nil {
					return nil
				}
				inParallel(len(part), func(r int) {
					bits := s.distances(part[r])
					for c, i := range wide {
						p := Pair{A: part[r], B: i, HashDistance: bits(i)}
						near := cosines != nil && s.told(part[r], i, float64(cosines[r*len(wide)+c])) >= float64(cosine-rounding) && !s.groundOnly(p)
						if near || p.HashDistance <= distance {
							out[lo+r] = append(out[lo+r], i)
						}
					}
				})
			}
		}
		return out
	}
}

// cosines multiplies two lists of vectors; nil without vectors.
func (s *Scorer) cosines(multiply Multiplier, rows, cols []int) ([]float32, error) {
	if s.Vectors == nil {
		return nil, nil
	}
	dim := s.Vectors.dim
	a, b, out := make([]float32, len(rows)*dim), make([]float32, len(cols)*dim), make([]float32, len(rows)*len(cols))
	s.Vectors.gather(a, narrow(rows, 0))
	s.Vectors.gather(b, narrow(cols, 0))
	return out, multiply.MulT(out, a, b, len(rows), len(cols), dim)
}

// distances tells the distance of the hashes of i and others.
func (s *Scorer) distances(i int) func(k int) int {
	if s.Hashes == nil || s.Hashes[i].Flat() {
		return func(int) int { return flatDistance }
	}
	turned := s.Hashes[i].Orientations()
	return func(k int) int {
		least, other := flatDistance, s.Hashes[k]
		for _, h := range turned {
			least = min(least, bits.OnesCount64(h^uint64(other)))
		}
		if other.Flat() {
			return flatDistance
		}
		return least
	}
}
