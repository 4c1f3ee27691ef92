package train

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/curate/curate/train/track"
)

// epoch runs the steps of the current epoch that are left.
func (r *run) epoch(ctx context.Context) error {
	per := r.plan.perEpoch()
	number, skip := r.state.Step/per, r.state.Step%per
	rest := r.order(number)[skip*r.Batch:]
	loss := 0.
	return r.learning(number).each(ctx, r.chunks(rest), func(l loaded) error {
		part, err := r.machine.learn(ctx, l)
		if err != nil {
			return err
		}
		loss += part
		if r.Watch.Step != nil {
			r.Watch.Step(len(l.examples))
		}
		if !l.last {
			return nil
		}
		step := loss
		loss = 0
		return r.step(step, l.of)
	})
}

// chunks cuts what is left of an epoch into micro-batches, and says of each what
// its pictures are blended with and what the pictures of its step count together.
func (r *run) chunks(rest []Example) []chunk {
	out := chunks(rest, r.Batch, r.micro)
	for i, number := 0, r.state.Step; i < len(out); number++ {
		step := rest[:out[i].of]
		rest = rest[out[i].of:]
		mixes := r.mixes(step, number)
		weight, from := r.machine.aim.total(step, mixes), 0
		for last := false; !last; i++ {
			c := &out[i]
			last, c.weight = c.last, weight
			if mixes != nil {
				c.mixes = mixes[from : from+len(c.examples)]
				from += len(c.examples)
			}
		}
	}
	return out
}

// step moves the weights after the last micro-batch of a step of n pictures.
func (r *run) step(loss float64, n int) error {
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return fmt.Errorf("train: the loss is no number any more at step %d; a lower --lr helps", r.state.Step+1)
	}
	length, lr := r.move()
	r.state.Step++
	r.state.LossSum += loss * float64(n)
	r.state.LossCount += n
	err := r.log(map[string]float64{"loss": loss, "learning_rate": lr, "grad_norm": length})
	if err == nil && time.Since(r.saved) > saveEvery && r.state.Step%r.plan.perEpoch() != 0 {
		err = r.save()
	}
	return err
}

// move takes the optimiser's step along the sum of gradients. It returns how long
// that was, and the learning rate.
func (r *run) move() (length, lr float64) {
	k := r.machine
	length = norm(k.sum, r.Threads)
	scale := 1.
	if r.Clip > 0 && length > r.Clip {
		scale = r.Clip / (length + 1e-6) // as torch.nn.utils.clip_grad_norm_
	}
	lr = r.plan.rate(r.state.Step, r.LR, r.Warmup)
	r.Adam.update(k.weights, k.sum, r.moments, stride{r.state.Step + 1, lr, scale, r.groups}, r.Threads)
	r.average.add(k.weights, r.state.Step+1, r.Threads)
	k.begun = false
	return length, lr
}

// log keeps what was measured at the current step.
func (r *run) log(values map[string]float64) error {
	p := track.Point{Step: r.state.Step, Epoch: r.plan.epoch(r.state.Step), Time: time.Now().UTC(), Values: values}
	r.state.Points = append(r.state.Points, p)
	if r.Track == nil {
		return nil
	}
	return r.Track.Log(p)
}
