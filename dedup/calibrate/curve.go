package calibrate

import (
	"math"
	"slices"
)

// Curve maps a score to the chance, from 0 to 1, that a pair with this score is a
// copy. It is strictly increasing, and straight in log odds between its knots and
// beyond the last.
type Curve struct {
	Scores []float64 // ascending, at least two
	Odds   []float64 // natural log of the odds at each, ascending
}

// At returns the chance at a score; NaN gives 0.
func (c Curve) At(score float64) float64 {
	if math.IsNaN(score) {
		return 0
	}
	return 1 / (1 + math.Exp(-c.odds(score)))
}

func (c Curve) odds(score float64) float64 {
	i := min(max(upper(c.Scores, score)-1, 0), len(c.Scores)-2)
	t := (score - c.Scores[i]) / (c.Scores[i+1] - c.Scores[i])
	return c.Odds[i] + t*(c.Odds[i+1]-c.Odds[i])
}

// Inverse returns the score at which the chance is p, with 0 < p < 1.
func (c Curve) Inverse(p float64) float64 {
	want := math.Log(p / (1 - p))
	i := min(max(upper(c.Odds, want)-1, 0), len(c.Odds)-2)
	t := (want - c.Odds[i]) / (c.Odds[i+1] - c.Odds[i])
	return c.Scores[i] + t*(c.Scores[i+1]-c.Scores[i])
}

// upper returns how many of the ascending values are at most x.
func upper(values []float64, x float64) int {
	n, found := slices.BinarySearch(values, x)
	for found && n < len(values) && values[n] == x {
		n++
	}
	return n
}

// leastRise keeps a curve strictly increasing where the data say nothing: log odds
// for each unit of score.
const leastRise = 0.5

// monotone makes a curve of log odds that are noisy: the nearest non-decreasing
// ones (pool adjacent violators; Ayer and others, 1955), tilted a little.
func monotone(scores, odds []float64) Curve {
	type pool struct {
		sum float64
		n   int
	}
	var pools []pool
	for _, o := range odds {
		pools = append(pools, pool{o, 1})
		for k := len(pools) - 1; k > 0 && pools[k-1].sum/float64(pools[k-1].n) > pools[k].sum/float64(pools[k].n); k-- {
			pools[k-1].sum += pools[k].sum
			pools[k-1].n += pools[k].n
			pools = pools[:k]
		}
	}
	c := Curve{Scores: scores}
	for _, p := range pools {
		for range p.n {
			c.Odds = append(c.Odds, p.sum/float64(p.n)+leastRise*scores[len(c.Odds)])
		}
	}
	return c
}
