package metrics

import (
	"cmp"
	"math"
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

// Group is the figures of the pictures that share a key, such as a generator.
type Group struct {
	Key      string `json:"key"`
	Positive int    `json:"positive"` // pictures of the positive class
	Scores
	Balanced   Value               `json:"balanced_accuracy"` // at the threshold that was given
	BalancedCI Interval            `json:"balanced_accuracy_ci"`
	CI         map[string]Interval `json:"ci"`
}

// By returns the figures for each value of key, sorted by it; key[i] belongs to
// picture i. In a group without the positive class what speaks of that class is
// undefined, not 0. Balanced accuracy is that at the threshold.
func (p *Predictions) By(key []string, threshold float64, by Sampling) []Group {
	at := map[string][]int{}
	for i, k := range key {
		at[k] = append(at[k], i)
	}
	var out []Group
	for k, pictures := range at {
		part := p.Choose(pictures)
		draw := Sampling{Resamples: by.Resamples, Seed: by.Seed}
		for _, i := range pictures {
			if by.Group != nil {
				draw.Group = append(draw.Group, by.Group[i])
			}
		}
		g := Group{
			Key: k, Positive: part.Positives(), Scores: part.Score(), CI: part.Intervals(draw),
			Balanced: part.BalancedAccuracy(threshold), BalancedCI: part.BalancedInterval(threshold, draw),
		}
		g.withoutPositives(len(p.Classes))
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Group) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// withoutPositives takes away what cannot be said of a group in which the positive
// class does not occur.
func (g *Group) withoutPositives(classes int) {
	if g.Positive > 0 || classes != 2 {
		return
	}
	no := Value(math.NaN())
	g.Precision, g.Recall, g.F1 = no, no, no
	for _, name := range []string{"precision", "recall", "f1"} {
		g.CI[name] = Interval{no, no}
	}
}

// Worst returns the group of the least balanced accuracy among those with at least
// so many pictures, or, where none has, among all. ok is false without groups.
func Worst(groups []Group, atLeast int) (worst Group, ok bool) {
	enough := slices.ContainsFunc(groups, func(g Group) bool { return g.N >= atLeast })
	for _, g := range groups {
		if enough && g.N < atLeast || math.IsNaN(float64(g.Balanced)) {
			continue
		}
		if !ok || g.Balanced < worst.Balanced {
			worst, ok = g, true
		}
	}
	return worst, ok
}

// Choose returns the predictions of some pictures, by number, in that order.
func (p *Predictions) Choose(pictures []int) *Predictions {
	out := &Predictions{Classes: p.Classes, Positive: p.Positive}
	for _, i := range pictures {
		out.Label = append(out.Label, p.Label[i])
		out.Prob = append(out.Prob, p.row(i)...)
	}
	return out
}

// Positives counts the pictures of the positive class.
func (p *Predictions) Positives() int { return p.of(p.Positive) }
