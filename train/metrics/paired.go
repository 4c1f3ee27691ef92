package metrics

import "math"

// McNemar returns the exact two-sided p-value of McNemar's test: the chance of two
// classifiers of equal worth to differ at least as unevenly as they do. Of the
// pictures that both have judged, onlyA were answered right by the first alone and
// onlyB by the second alone; the others say nothing. Without any it is 1.
//
// McNemar, Note on the sampling error of the difference between correlated
// proportions or percentages, Psychometrika 1947; exact form: the binomial test of
// min(onlyA, onlyB) among onlyA + onlyB at one half.
func McNemar(onlyA, onlyB int) float64 {
	n, least := onlyA+onlyB, min(onlyA, onlyB)
	sum := 0.
	for k := range least + 1 {
		sum += math.Exp(logChoose(n, k) - float64(n)*math.Ln2)
	}
	return min(1, 2*sum)
}

// logChoose is the logarithm of the number of ways to choose k of n.
func logChoose(n, k int) float64 {
	log := func(v int) float64 {
		g, _ := math.Lgamma(float64(v) + 1)
		return g
	}
	return log(n) - log(k) - log(n-k)
}

// Difference is how a figure of two classifiers differs on the same pictures.
type Difference struct {
	A      Value    `json:"a"`
	B      Value    `json:"b"`
	Change Value    `json:"change"` // B less A
	CI     Interval `json:"ci"`     // of Change
	P      Value    `json:"p"`      // chance of a change at least so far from none between classifiers of equal worth
}

// Compare returns the difference of every figure of two classifiers that have judged
// the same pictures in the same order. Both are scored on the same draws of whole
// groups, so that what is hard for both says nothing (the paired bootstrap; Efron &
// Tibshirani, 1993, section 16.4, for its p-value: twice the share of draws on the
// rarer side of no change, one draw added to each so that it is never 0).
func Compare(a, b *Predictions, by Sampling) map[string]Difference {
	sa, sb := newScorer(a), newScorer(b)
	drawn := make([][2]Scores, by.Resamples)
	by.draw(len(a.Label), func(k int, weight []int) { drawn[k] = [2]Scores{sa.score(weight), sb.score(weight)} })
	whole := [2]Scores{a.Score(), b.Score()}
	out := map[string]Difference{}
	for name, v := range values(&whole) {
		var changes []float64
		for k := range drawn {
			w := values(&drawn[k])[name]
			changes = append(changes, w[1]-w[0])
		}
		d := Difference{A: Value(v[0]), B: Value(v[1]), Change: Value(v[1] - v[0]), P: chance(changes)}
		d.CI = percentiles(changes)
		out[name] = d
	}
	return out
}

// values are the figures of both by name.
func values(s *[2]Scores) map[string][2]float64 {
	out := map[string][2]float64{}
	for i := range s {
		s[i].Each(func(name string, v *Value) {
			both := out[name]
			both[i] = float64(*v)
			out[name] = both
		})
	}
	return out
}

// chance is the two-sided p-value of no change.
func chance(changes []float64) Value {
	up, down, n := 1., 1., 1.
	for _, c := range changes {
		if math.IsNaN(c) {
			continue
		}
		n++
		if c >= 0 {
			up++
		}
		if c <= 0 {
			down++
		}
	}
	if n == 1 {
		return Value(math.NaN())
	}
	return Value(min(1, 2*min(up, down)/n))
}
