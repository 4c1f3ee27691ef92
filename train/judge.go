package train

import (
	"context"
	"math"

	"github.com/curate/curate/train/metrics"
)

// judge returns the predictions of the machine's weights for examples.
func (r *run) judge(ctx context.Context, examples []Example) (*metrics.Predictions, error) {
	p := &metrics.Predictions{Classes: r.Classes, Positive: r.Positive}
	err := r.feed.each(ctx, chunks(examples, r.micro, r.micro), func(l loaded) error {
		logits, err := r.machine.logits(ctx, l)
		if err != nil {
			return err
		}
		for i, e := range l.examples {
			p.Label = append(p.Label, e.Label)
			p.Prob = append(p.Prob, softmax(logits[i*len(r.Classes):(i+1)*len(r.Classes)])...)
		}
		return nil
	})
	return p, err
}

// softmax turns logits into probabilities.
func softmax(logits []float32) []float64 {
	top := math.Inf(-1)
	for _, v := range logits {
		top = max(top, float64(v))
	}
	out, sum := make([]float64, len(logits)), 0.
	for i, v := range logits {
		out[i] = math.Exp(float64(v) - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
