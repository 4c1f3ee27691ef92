package neighbours

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Oddness is how unlike all others a picture is.
type Oddness struct {
	Distance float64 // mean of 1 minus the cosine to its neighbours; NaN where it has none
	Score    float64 // 0 to 1: see Outliers
}

// Fewest is how many pictures must have neighbours for their distances to say what is usual.
const Fewest = 20

// Outliers scores every picture by its distance to its neighbours (Ramaswamy, Rastogi and Shim, Efficient algorithms for mining outliers
// from large data sets, SIGMOD 2000, with the mean of the k distances for the k-th), against what is usual in this heap.
//
// The logarithms of the distances are taken to follow Student's t, which allows for longer tails than the normal has, with the median and the
// upper quartile of those that are there: outliers, unless they are many, do not move these. The score is the share of the pictures of such
// a heap that are nearer to others: at 0.99 one in a hundred is as far off without being an outlier, at 0.999 one in a thousand. It does not
// depend on how many pictures there are. Fewer than 20 do not say what is usual: then all scores are 0.
func Outliers(nearest [][]Neighbour) []Oddness {
	out := make([]Oddness, len(nearest))
	var logs []float64
	for i, list := range nearest {
		if out[i].Distance = distance(list); !math.IsNaN(out[i].Distance) {
			logs = append(logs, logOf(out[i].Distance))
		}
	}
	if len(logs) < Fewest {
		return out
	}
	slices.Sort(logs)
	median, upper := quantile(logs, .5), quantile(logs, .75)
	usual := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}
	spread := max((upper-median)/usual.Quantile(.75), 1e-3)
	for i := range out {
		if !math.IsNaN(out[i].Distance) {
			out[i].Score = 1 - usual.Survival((logOf(out[i].Distance)-median)/spread)
		}
	}
	return out
}

// freedom is the degrees of freedom of the usual distances.
const freedom = 10

func distance(list []Neighbour) float64 {
	sum := 0.0
	for _, n := range list {
		sum += 1 - float64(n.Cosine)
	}
	return sum / float64(len(list)) // NaN for none
}

// logOf leaves room for pictures that are the same and not known to be copies.
func logOf(distance float64) float64 { return math.Log(max(distance, 1e-6)) }

// quantile is that of sorted values, between two of them if need be.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
