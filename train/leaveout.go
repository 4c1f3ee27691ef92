package train

import (
	"context"
	"errors"

	"github.com/curate/curate/train/metrics"
)

// Answers are what the classifier of a probe says of features, as its model would.
func (r *Result) Answers(f Features, classes []string, positive int) *metrics.Predictions {
	j := &ProbeJob{Classes: classes, Positive: positive}
	return j.judge(head{dim: f.Dim, w: r.Model.Weights[headWeight].Data, b: r.Model.Weights[headBias].Data}, f)
}

// ErrOneClass says that without what was left out there is nothing to tell apart.
var ErrOneClass = errors.New("without it only one class is left to learn from")

// Without fits a probe as Probe does, on the pictures that keep holds of, and answers
// for held. threshold is the one that is best on the validation pictures that were
// kept, one half where there is none.
func Without(ctx context.Context, j ProbeJob, keepTrain, keepVal []bool, held Features) (p *metrics.Predictions, threshold float64, err error) {
	j.Train, j.Val = j.Train.choose(keepTrain), j.Val.choose(keepVal)
	if !j.Train.several() {
		return nil, 0, ErrOneClass
	}
	r, err := Probe(ctx, &j)
	if err != nil {
		return nil, 0, err
	}
	threshold = metrics.Half
	if r.Judged != nil {
		if t, ok := r.Judged.BestThreshold(); ok {
			threshold = t
		}
	}
	return r.Answers(held, j.Classes, j.Positive), threshold, nil
}

// choose keeps some of the pictures.
func (f Features) choose(keep []bool) Features {
	out := Features{Dim: f.Dim}
	for i, l := range f.Label {
		if keep[i] {
			out.Rows, out.Label = append(out.Rows, f.Rows[i*f.Dim:(i+1)*f.Dim]...), append(out.Label, l)
		}
	}
	return out
}

// several tells whether pictures of more than one class are there.
func (f Features) several() bool {
	for _, l := range f.Label {
		if l != f.Label[0] {
			return true
		}
	}
	return false
}
