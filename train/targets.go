package train

// aim says what the answers for a picture ought to be.
type aim struct {
	classes   int
	smoothing float64   // share of a label that is spread over all classes
	weights   []float64 // of each class; nil: 1
}

func (a aim) weight(class int) float64 {
	if a.weights == nil {
		return 1
	}
	return a.weights[class]
}

// targets returns for each picture and class t = -w q / W: q is the share of the
// class in the picture's label, w the class's weight and W the weight of all
// pictures of the step. The sum of t ln p is then the mean loss of torch's
// CrossEntropyLoss(weight, label_smoothing), which divides by W too.
func (a aim) targets(c chunk) []float32 {
	out := make([]float32, len(c.examples)*a.classes)
	total := c.weight
	if total == 0 {
		total = float64(c.of)
	}
	for i, e := range c.examples {
		m := c.mix(i)
		for k := range a.classes {
			q := a.smoothing / float64(a.classes)
			if k == e.Label {
				q += (1 - a.smoothing) * (1 - m.share)
			}
			if m.share > 0 && k == m.with.Label {
				q += (1 - a.smoothing) * m.share
			}
			out[i*a.classes+k] = float32(-a.weight(k) * q / total)
		}
	}
	return out
}

// total is the weight of the pictures of a step: of their labels, blended ones in
// shares.
func (a aim) total(examples []Example, mixes []mix) float64 {
	sum := 0.
	for i, e := range examples {
		share := 0.
		if mixes != nil && mixes[i].share > 0 {
			share = mixes[i].share
			sum += share * a.weight(mixes[i].with.Label)
		}
		sum += (1 - share) * a.weight(e.Label)
	}
	return sum
}

// BalancedWeights returns a weight for each class that lets all of them count the same:
// pictures / (classes * pictures of the class), as scikit-learn's "balanced".
func BalancedWeights(examples []Example, classes int) []float64 {
	n := make([]float64, classes)
	for _, e := range examples {
		n[e.Label]++
	}
	out := make([]float64, classes)
	for k, c := range n {
		if c > 0 {
			out[k] = float64(len(examples)) / (float64(classes) * c)
		}
	}
	return out
}
