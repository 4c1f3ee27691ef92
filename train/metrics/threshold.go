package metrics

import (
	"math"
	"slices"
)

// Half is the threshold at which two classes are told apart by which is likelier.
const Half = .5

// BalancedAccuracy is the mean over the classes that occur of the share of their
// pictures that are recognised. Of two classes those pictures are called positive
// whose probability of it is at the threshold or above; with more the likeliest
// class counts and the threshold plays no part. Where one class alone occurs it is
// the share of it that is recognised, as in scikit-learn.
func (p *Predictions) BalancedAccuracy(threshold float64) Value {
	return p.balanced(p.answersAt(threshold), nil)
}

// BalancedInterval is the interval of BalancedAccuracy.
func (p *Predictions) BalancedInterval(threshold float64, by Sampling) Interval {
	answers := p.answersAt(threshold)
	drawn := make([]float64, by.Resamples)
	by.draw(len(p.Label), func(k int, weight []int) { drawn[k] = float64(p.balanced(answers, weight)) })
	return percentiles(drawn)
}

// answersAt returns the class that each picture is said to have.
func (p *Predictions) answersAt(threshold float64) []int {
	out := make([]int, len(p.Label))
	for i := range out {
		switch {
		case len(p.Classes) != 2:
			out[i] = p.Answer(i)
		case p.row(i)[p.Positive] >= threshold:
			out[i] = p.Positive
		default:
			out[i] = 1 - p.Positive
		}
	}
	return out
}

func (p *Predictions) balanced(answers, weight []int) Value {
	hit, is := make([]int, len(p.Classes)), make([]int, len(p.Classes))
	for i, l := range p.Label {
		w := 1
		if weight != nil {
			w = weight[i]
		}
		is[l] += w
		if answers[i] == l {
			hit[l] += w
		}
	}
	sum, n := 0., 0.
	for c := range is {
		if is[c] > 0 {
			sum, n = sum+float64(hit[c])/float64(is[c]), n+1
		}
	}
	return Value(sum / n)
}

// BestThreshold returns the threshold of the positive class that gives the most
// balanced accuracy (the same as the most of Youden's J, Index for rating
// diagnostic tests, 1950). It lies in the middle between two pictures; among equals
// it is the one nearest to one half. ok is false where there are not two classes, or
// pictures of one of them alone.
func (p *Predictions) BestThreshold() (threshold float64, ok bool) {
	n := p.Positives()
	if len(p.Classes) != 2 || n == 0 || n == len(p.Label) {
		return Half, false
	}
	best := 0.
	try := func(t float64) {
		v := float64(p.BalancedAccuracy(t))
		if v > best+1e-12 || v > best-1e-12 && math.Abs(t-Half) < math.Abs(threshold-Half) {
			best, threshold = max(v, best), t
		}
	}
	for _, t := range p.thresholds() {
		try(t)
	}
	return threshold, true
}

// thresholds lists one half and what lies in the middle between neighbours, of many
// pictures one to two thousand of them: the others would change little and take long.
func (p *Predictions) thresholds() []float64 {
	const most = 1000
	var seen []float64
	for i := range p.Label {
		seen = append(seen, p.row(i)[p.Positive])
	}
	slices.Sort(seen)
	seen = slices.Compact(seen)
	out := []float64{Half}
	step := max(1, len(seen)/most)
	for i := 0; i+1 < len(seen); i += step {
		out = append(out, (seen[i]+seen[i+1])/2)
	}
	return out
}
