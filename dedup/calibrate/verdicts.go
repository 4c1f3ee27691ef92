package calibrate

import (
	"math"
	"slices"
)

// Verdicts is what the user said of pairs of the catalogue: the cosines of those that
// are the same picture, and of those that are distinct.
type Verdicts struct {
	Same, Distinct []float64
	Images         int // in the catalogue that the pairs are of
}

// sameWeight is how many edits a pair counts as that the user calls the same. Edits are
// what we think of; a verdict is what is there.
const sameWeight = 20

// copies returns the cosines of copies, those of verdicts as often as they count.
func (e Evidence) copies() []float64 {
	all := slices.Clone(e.Copies)
	for _, x := range e.Verdicts.Same {
		all = append(all, slices.Repeat([]float64{x}, sameWeight)...)
	}
	return all
}

// refine raises the tail of strangers to what the distinct pairs say. Each is one of
// all the pairs of the catalogue, and there may be more like it that nobody was asked
// about: so the chance that two strangers are as near as the k-th nearest of them is k
// out of all pairs at least. The tail beyond what was counted falls more slowly until
// that is so.
func (v Verdicts) refine(t Tail) Tail {
	pairs := float64(v.Images) * float64(v.Images-1) / 2
	if pairs < 1 {
		return t
	}
	nearest := slices.Sorted(slices.Values(v.Distinct))
	slices.Reverse(nearest)
	for k, x := range nearest {
		if x <= t.last()+t.Step {
			break
		}
		least := math.Log(float64(k+1)/pairs) - t.Log[len(t.Log)-1]
		t.Power = max(min(t.Power, least/math.Log(t.room(x)/t.room(t.last()))), leastPower)
	}
	return t
}
