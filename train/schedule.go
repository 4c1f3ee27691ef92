package train

import "math"

// plan is how the steps of a run are laid out.
type plan struct {
	examples, batch, epochs int
}

// perEpoch returns the steps of an epoch; the last one may be smaller.
func (p plan) perEpoch() int { return (p.examples + p.batch - 1) / p.batch }

func (p plan) total() int { return p.perEpoch() * p.epochs }

// epoch returns how many epochs are done after so many steps.
func (p plan) epoch(step int) float64 { return float64(step) / float64(p.perEpoch()) }

// rate is the learning rate of step number step, counted from 0: linear up from 0
// over the warm-up, then linear down to 0 (get_linear_schedule_with_warmup of
// Transformers).
func (p plan) rate(step int, top, warmup float64) float64 {
	total := p.total()
	warm := int(math.Ceil(float64(total) * warmup))
	if step < warm {
		return top * float64(step) / float64(max(1, warm))
	}
	return top * float64(total-step) / float64(max(1, total-warm))
}

// chunk is a micro-batch: a part of a step.
type chunk struct {
	examples []Example
	of       int     // pictures of the whole step
	last     bool    // of its step
	weight   float64 // of the step's pictures together; 0: of of them
	mixes    []mix   // what is blended into each picture; nil: nothing
}

// chunks cuts examples into steps of batch and those into the fewest parts of at
// most micro, of about the same size: a small rest would take longer than its share.
func chunks(examples []Example, batch, micro int) []chunk {
	var out []chunk
	for len(examples) > 0 {
		step := examples[:min(batch, len(examples))]
		examples = examples[len(step):]
		parts := (len(step) + micro - 1) / micro
		for i := range parts {
			part := step[i*len(step)/parts : (i+1)*len(step)/parts]
			out = append(out, chunk{examples: part, of: len(step), last: i == parts-1})
		}
	}
	return out
}
