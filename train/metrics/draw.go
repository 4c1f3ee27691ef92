package metrics

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// Sampling says how the pictures are drawn that intervals come from.
type Sampling struct {
	Group     []int  // the group of each picture; nil makes each its own
	Resamples int    // 0: no intervals
	Seed      uint64 // the same seed gives the same intervals, on any number of threads
}

// Interval is a 95% confidence interval; both ends are undefined where a figure
// is.
type Interval [2]Value

// draw calls do for each resample of n pictures with how often each of them was
// drawn. Whole groups are drawn, because the pictures of one cluster are not
// independent. Resamples are drawn side by side: do may only write what belongs to
// resample k, and weight is its own until it returns.
func (s Sampling) draw(n int, do func(k int, weight []int)) {
	members := grouped(s.Group, n)
	workers := min(runtime.GOMAXPROCS(0), s.Resamples)
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			weight := make([]int, n)
			for k := worker; k < s.Resamples; k += workers {
				r := rand.New(rand.NewPCG(s.Seed, uint64(k)))
				clear(weight)
				for range members {
					for _, i := range members[r.IntN(len(members))] {
						weight[i]++
					}
				}
				do(k, weight)
			}
		})
	}
	all.Wait()
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

// Intervals returns the percentile bootstrap interval of each figure (Efron &
// Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3), drawing whole
// groups (Field & Welsh, Bootstrapping clustered data, 2007: the cluster bootstrap).
// Resamples in which a figure is undefined do not count for it.
func (p *Predictions) Intervals(by Sampling) map[string]Interval {
	s := newScorer(p)
	scores := make([]Scores, by.Resamples)
	by.draw(len(p.Label), func(k int, weight []int) { scores[k] = s.score(weight) })
	out := map[string]Interval{}
	drawn := map[string][]float64{}
	for k := range scores {
		scores[k].Each(func(name string, v *Value) { drawn[name] = append(drawn[name], float64(*v)) })
	}
	new(Scores).Each(func(name string, _ *Value) { out[name] = percentiles(drawn[name]) })
	return out
}

// percentiles returns the 2.5th and 97.5th of the values that are numbers,
// interpolated linearly. It sorts v.
func percentiles(v []float64) Interval {
	v = slices.DeleteFunc(v, math.IsNaN)
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
