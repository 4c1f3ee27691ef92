package metrics

import (
	"cmp"
	"math"
	"slices"
)

// scorer computes figures with any weights, having sorted once: the bootstrap asks
// a thousand times.
type scorer struct {
	p      *Predictions
	answer []int
	order  [][]int // for each class that is ranked, pictures by falling probability
}

func newScorer(p *Predictions) *scorer {
	s := &scorer{p: p, answer: make([]int, len(p.Label)), order: make([][]int, len(p.Classes))}
	for i := range s.answer {
		s.answer[i] = p.Answer(i)
	}
	for _, c := range s.ranked() {
		s.order[c] = s.sorted(c)
	}
	return s
}

// sorted lists the pictures by falling probability of a class.
func (s *scorer) sorted(class int) []int {
	at := make([]int, len(s.p.Label))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(s.p.row(b)[class], s.p.row(a)[class]) })
	return at
}

// ranked lists the classes whose ranking counts: the positive one of two, or all.
func (s *scorer) ranked() []int {
	if len(s.p.Classes) == 2 {
		return []int{s.p.Positive}
	}
	all := make([]int, len(s.p.Classes))
	for c := range all {
		all[c] = c
	}
	return all
}

// score computes the figures where picture i counts weight[i] times; nil counts
// each once.
func (s *scorer) score(weight []int) Scores {
	w := func(i int) float64 {
		if weight == nil {
			return 1
		}
		return float64(weight[i])
	}
	out := Scores{}
	total := 0.
	for i := range s.p.Label {
		total += w(i)
	}
	out.N = int(total)
	s.pointwise(&out, w, total)
	s.classwise(&out, w)
	out.AUC = s.overRanked(func(c int) float64 { return s.auc(c, w) })
	out.AP = s.overRanked(func(c int) float64 { return s.ap(c, w) })
	return out
}

// pointwise fills in the figures that are means over pictures.
func (s *scorer) pointwise(out *Scores, w func(int) float64, total float64) {
	var loss, hits, brier float64
	var bins [calibrationBins]struct{ n, confidence, hits float64 }
	for i, label := range s.p.Label {
		row, hit := s.p.row(i), 0.
		if s.answer[i] == label {
			hit = 1
		}
		loss -= w(i) * math.Log(max(row[label], tiny))
		hits += w(i) * hit
		brier += w(i) * s.brier(row, label)
		b := &bins[bin(row[s.answer[i]])]
		b.n, b.confidence, b.hits = b.n+w(i), b.confidence+w(i)*row[s.answer[i]], b.hits+w(i)*hit
	}
	ece := 0.
	for _, b := range bins {
		ece += math.Abs(b.hits - b.confidence)
	}
	out.Loss, out.Accuracy, out.Brier, out.ECE = Value(loss/total), Value(hits/total), Value(brier/total), Value(ece/total)
}

const (
	calibrationBins = 15
	// tiny is the smallest probability that the loss sees, scikit-learn's eps for
	// float64.
	tiny = 2.220446049250313e-16
)

// bin returns the bin of a confidence: (0, 1/15], (1/15, 2/15], ...
func bin(confidence float64) int {
	return min(max(int(math.Ceil(confidence*calibrationBins))-1, 0), calibrationBins-1)
}

// brier is the squared error of the positive probability, or with more than two
// classes the sum of squared errors over the classes.
func (s *scorer) brier(row []float64, label int) float64 {
	sum := 0.
	for c, v := range row {
		if c == label {
			v = 1 - v
		}
		sum += v * v
	}
	if len(row) == 2 {
		return sum / 2
	}
	return sum
}

// classwise fills in precision, recall and F1. As in scikit-learn, a quotient
// without cases is 0.
func (s *scorer) classwise(out *Scores, w func(int) float64) {
	k := len(s.p.Classes)
	hit, said, is := make([]float64, k), make([]float64, k), make([]float64, k)
	for i, label := range s.p.Label {
		said[s.answer[i]] += w(i)
		is[label] += w(i)
		if s.answer[i] == label {
			hit[label] += w(i)
		}
	}
	var precision, recall, f1, n float64
	for _, c := range s.ranked() {
		if k > 2 && said[c]+is[c] == 0 {
			continue
		}
		n++
		precision += ratio(hit[c], said[c])
		recall += ratio(hit[c], is[c])
		f1 += ratio(2*hit[c], said[c]+is[c])
	}
	if out.N == 0 {
		n = 0
	}
	out.Precision, out.Recall, out.F1 = Value(precision/n), Value(recall/n), Value(f1/n)
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// overRanked is the mean of a figure over the ranked classes that have one.
func (s *scorer) overRanked(figure func(class int) float64) Value {
	sum, n := 0., 0.
	for _, c := range s.ranked() {
		if v := figure(c); !math.IsNaN(v) {
			sum, n = sum+v, n+1
		}
	}
	return Value(sum / n)
}

// auc is the chance that a picture of class c is ranked above one of another
// class; equal ranks count half (Mann-Whitney).
func (s *scorer) auc(c int, w func(int) float64) float64 {
	var above, pos, neg, won float64 // above: weight of class c ranked higher so far
	s.ties(c, w, func(tp, tn float64) {
		won += tn * (above + tp/2)
		above, pos, neg = above+tp, pos+tp, neg+tn
	})
	if pos == 0 || neg == 0 {
		return math.NaN()
	}
	return won / (pos * neg)
}

// ap is the sum over thresholds of precision times the gain in recall.
func (s *scorer) ap(c int, w func(int) float64) float64 {
	var hits, seen, sum float64
	s.ties(c, w, func(tp, tn float64) {
		hits, seen = hits+tp, seen+tp+tn
		if tp > 0 {
			sum += tp * hits / seen
		}
	})
	if hits == 0 {
		return math.NaN()
	}
	return sum / hits
}

// ties walks down the ranking of class c and gives, for each group of equal
// probabilities, the weight of pictures that are of the class and that are not.
func (s *scorer) ties(c int, w func(int) float64, do func(is, not float64)) {
	at := s.order[c]
	for i := 0; i < len(at); {
		is, not, p := 0., 0., s.p.row(at[i])[c]
		for ; i < len(at) && s.p.row(at[i])[c] == p; i++ {
			if s.p.Label[at[i]] == c {
				is += w(at[i])
			} else {
				not += w(at[i])
			}
		}
		do(is, not)
	}
}
