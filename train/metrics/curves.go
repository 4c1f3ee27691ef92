package metrics

// CurvePoint is a point of a curve, with the threshold that leads to it.
type CurvePoint struct{ Threshold, X, Y float64 }

// ROC returns the receiver operating characteristic of a class: for falling
// thresholds the share of the other pictures that are called so (X) and of its own
// (Y). It begins at 0, 0 (threshold 2, above all probabilities) and is nil where no
// picture is of the class, or all are.
func (p *Predictions) ROC(class int) []CurvePoint {
	is, not := p.of(class), len(p.Label)-p.of(class)
	if is == 0 || not == 0 {
		return nil
	}
	out := []CurvePoint{{Threshold: 2}}
	p.rank(class, func(threshold, tp, fp float64) {
		out = append(out, CurvePoint{threshold, fp / float64(not), tp / float64(is)})
	})
	return out
}

// PR returns for falling thresholds the recall of a class (X) and its precision (Y).
// It begins at recall 0 with precision 1, as scikit-learn has it, and is nil where no
// picture is of the class.
func (p *Predictions) PR(class int) []CurvePoint {
	is := p.of(class)
	if is == 0 {
		return nil
	}
	out := []CurvePoint{{Threshold: 2, Y: 1}}
	p.rank(class, func(threshold, tp, fp float64) {
		out = append(out, CurvePoint{threshold, tp / float64(is), tp / (tp + fp)})
	})
	return out
}

// of counts the pictures of a class.
func (p *Predictions) of(class int) int {
	n := 0
	for _, l := range p.Label {
		if l == class {
			n++
		}
	}
	return n
}

// rank walks down the distinct probabilities of a class with how many pictures that
// are of it, and that are not, lie at each or above.
func (p *Predictions) rank(class int, do func(threshold, is, not float64)) {
	s := &scorer{p: p, order: make([][]int, len(p.Classes))}
	s.order[class] = s.sorted(class)
	seen, is, not := 0, 0., 0.
	s.ties(class, func(int) float64 { return 1 }, func(a, b float64) {
		is, not, seen = is+a, not+b, seen+int(a+b)
		do(p.row(s.order[class][seen-1])[class], is, not)
	})
}
