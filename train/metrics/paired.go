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
