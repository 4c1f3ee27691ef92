package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Confusion counts pictures: Confusion()[true class][answer].
func (p *Predictions) Confusion() [][]int {
	out := make([][]int, len(p.Classes))
	for c := range out {
		out[c] = make([]int, len(p.Classes))
	}
	for i, l := range p.Label {
		out[l][p.Answer(i)]++
	}
	return out
}

// Interval is a 95% confidence interval; both ends are undefined where a figure
// is.
type Interval [2]Value

// Intervals returns the percentile bootstrap interval of each figure (Efron &
// Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3) from the given
// number of resamples. Whole groups are drawn, because the pictures of one cluster
// are not independent; group[i] is the group of picture i, nil makes each its own.
// The same seed gives the same intervals.
func (p *Predictions) Intervals(group []int, resamples int, seed uint64) map[string]Interval {
	members := grouped(group, len(p.Label))
	s, r := newScorer(p), rand.New(rand.NewPCG(seed, 0x626f6f74))
	drawn := map[string][]float64{}
	weight := make([]int, len(p.Label))
	for range resamples {
		clear(weight)
		for range members {
			for _, i := range members[r.IntN(len(members))] {
				weight[i]++
			}
		}
		score := s.score(weight)
		score.Each(func(name string, v *Value) {
			if !math.IsNaN(float64(*v)) {
				drawn[name] = append(drawn[name], float64(*v))
			}
		})
	}
	out := map[string]Interval{}
	new(Scores).Each(func(name string, _ *Value) { out[name] = percentiles(drawn[name]) })
	return out
}

// grouped lists the pictures of each group, groups by first appearance.
func grouped(group []int, n int) [][]int {
	var out [][]int
	at := map[int]int{}
	for i := range n {
		key := i
		if group != nil {
			key = group[i]
		}
		k, ok := at[key]
		if !ok {
			k = len(out)
			at[key], out = k, append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

// percentiles returns the 2.5th and 97.5th, interpolated linearly.
func percentiles(v []float64) Interval {
	if len(v) == 0 {
		return Interval{Value(math.NaN()), Value(math.NaN())}
	}
	slices.Sort(v)
	at := func(q float64) Value {
		x := q * float64(len(v)-1)
		i := int(x)
		if i+1 == len(v) {
			return Value(v[i])
		}
		return Value(v[i] + (x-float64(i))*(v[i+1]-v[i]))
	}
	return Interval{at(.025), at(.975)}
}

// Group is the figures of the pictures that share a key, such as a generator.
type Group struct {
	Key      string `json:"key"`
	Positive int    `json:"positive"` // pictures of the positive class
	Scores
}

// By returns the figures for each value of key, sorted by it; key[i] belongs to
// picture i. In a group without the positive class what speaks of that class is
// undefined, not 0.
func (p *Predictions) By(key []string) []Group {
	parts := map[string]*Predictions{}
	for i, k := range key {
		part := parts[k]
		if part == nil {
			part = &Predictions{Classes: p.Classes, Positive: p.Positive}
			parts[k] = part
		}
		part.Label = append(part.Label, p.Label[i])
		part.Prob = append(part.Prob, p.row(i)...)
	}
	var out []Group
	for k, part := range parts {
		g := Group{Key: k, Positive: part.Positives(), Scores: part.Score()}
		if g.Positive == 0 && len(p.Classes) == 2 {
			g.Precision, g.Recall, g.F1 = Value(math.NaN()), Value(math.NaN()), Value(math.NaN())
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Group) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return out
}

// Positives counts the pictures of the positive class.
func (p *Predictions) Positives() int {
	n := 0
	for _, l := range p.Label {
		if l == p.Positive {
			n++
		}
	}
	return n
}
