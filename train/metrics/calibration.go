package metrics

import "math"

// Bin are the pictures of which the model was about equally sure.
type Bin struct {
	From, To   float64 // of the probability of what was said
	N          int
	Confidence float64 // mean of that probability
	Accuracy   float64
}

// Reliability tells how often the model is right where it says that it is so sure,
// in the bins of the calibration error. Those without pictures are left out.
func (p *Predictions) Reliability() []Bin {
	var bins [calibrationBins]Bin
	for i, l := range p.Label {
		said := p.Answer(i)
		b := &bins[bin(p.row(i)[said])]
		b.N++
		b.Confidence += p.row(i)[said]
		if said == l {
			b.Accuracy++
		}
	}
	var out []Bin
	for i, b := range bins {
		if n := float64(b.N); b.N > 0 {
			b.From, b.To = float64(i)/calibrationBins, float64(i+1)/calibrationBins
			b.Confidence, b.Accuracy = b.Confidence/n, b.Accuracy/n
			out = append(out, b)
		}
	}
	return out
}

// Temperature returns the number by which logits are to be divided for the least
// loss (Guo et al., 2017, section 4.2). The loss is convex in one over it. ok is
// false where there is no least: the model makes no mistake, so that surer is always
// better, or its answers say nothing; the temperature is 1 then.
func (p *Predictions) Temperature() (t float64, ok bool) {
	const coldest, hottest, rounding = .01, 100., 1e-12
	if len(p.Label) == 0 || p.slope(1/coldest) < rounding || p.slope(1/hottest) > 0 {
		return 1, false
	}
	low, high := math.Log(1/hottest), math.Log(1/coldest)
	for range 60 { // to the last digits of a float64
		if middle := (low + high) / 2; p.slope(math.Exp(middle)) > 0 {
			high = middle
		} else {
			low = middle
		}
	}
	return math.Exp(-(low + high) / 2), true
}

// slope is the derivative of the mean loss by the factor that logits are multiplied
// with: the mean logit under the probabilities less that of the true class.
func (p *Predictions) slope(factor float64) float64 {
	sum := 0.
	for i, l := range p.Label {
		z := logits(p.row(i))
		q := softmax(z, factor)
		for c, v := range q {
			sum += v * z[c]
		}
		sum -= z[l]
	}
	return sum / float64(len(p.Label))
}

// Tempered returns the predictions with their logits divided by t. Answers and, of
// two classes, the ranking stay as they are.
func (p *Predictions) Tempered(t float64) *Predictions {
	out := &Predictions{Classes: p.Classes, Positive: p.Positive, Label: p.Label}
	for i := range p.Label {
		out.Prob = append(out.Prob, Temper(p.row(i), t)...)
	}
	return out
}

// Temper returns the probabilities of one picture with their logits divided by t.
func Temper(row []float64, t float64) []float64 { return softmax(logits(row), 1/t) }

// logits returns logits that give these probabilities.
func logits(row []float64) []float64 {
	z := make([]float64, len(row))
	for c, v := range row {
		z[c] = math.Log(max(v, tiny))
	}
	return z
}

func softmax(z []float64, factor float64) []float64 {
	top := math.Inf(-1)
	for _, v := range z {
		top = max(top, v*factor)
	}
	out, sum := make([]float64, len(z)), 0.
	for c, v := range z {
		out[c] = math.Exp(v*factor - top)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}
