package train

import (
	"context"
	"math/rand/v2"
)

// Order returns the examples in the order in which [Fit] takes them in an epoch,
// counted from 0. It depends on seed and epoch only, so a run can go on from any
// step, and another program can follow it.
func Order(examples []Example, seed uint64, epoch int) []Example {
	out := make([]Example, len(examples))
	for i, at := range rand.New(rand.NewPCG(seed, uint64(epoch))).Perm(len(examples)) {
		out[i] = examples[at]
	}
	return out
}

// Even is [Order] for an epoch that takes as many examples of each class as of
// any other, give or take one, and as many altogether as there are. Those of a
// large class are drawn without repeats, those of a small one all equally often,
// give or take one; Turn tells the times of one example apart.
func Even(examples []Example, seed uint64, epoch int) []Example {
	rng := rand.New(rand.NewPCG(seed, balanceStream|uint64(epoch)))
	classes := byLabel(examples)
	out := make([]Example, 0, len(examples))
	for i, c := range rng.Perm(len(classes)) {
		n := (i+1)*len(examples)/len(classes) - i*len(examples)/len(classes)
		out = draw(out, classes[c], n, rng)
	}
	rng.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
	return out
}

// balanceStream keeps the random stream of balanced epochs apart from that of
// others.
const balanceStream = 1 << 62

// byLabel returns the examples of each class that has any.
func byLabel(examples []Example) [][]Example {
	var classes [][]Example
	for _, e := range examples {
		for len(classes) <= e.Label {
			classes = append(classes, nil)
		}
		classes[e.Label] = append(classes[e.Label], e)
	}
	kept := classes[:0]
	for _, c := range classes {
		if len(c) > 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

// draw appends n examples of a class: all of it in a new order, again and again.
func draw(out, class []Example, n int, rng *rand.Rand) []Example {
	for turn := 0; n > 0; turn++ {
		for _, at := range rng.Perm(len(class))[:min(n, len(class))] {
			e := class[at]
			e.Turn = turn
			out = append(out, e)
			n--
		}
	}
	return out
}

// order is the order of an epoch of the run.
func (r *run) order(epoch int) []Example {
	if r.Balance {
		return Even(r.Train, r.Seed, epoch)
	}
	return Order(r.Train, r.Seed, epoch)
}

// learning returns the feed of an epoch's pictures, which loads them as Job.Learn
// has them.
func (r *run) learning(epoch int) *feed {
	if r.Learn == nil {
		return r.feed
	}
	f := *r.feed
	f.open = func(ctx context.Context, e Example, dst []float32) error { return r.Learn(ctx, e, epoch, dst) }
	return &f
}

// plain makes a feed's function of Job.Open.
func plain(open func(ctx context.Context, id string, dst []float32) error) func(context.Context, Example, []float32) error {
	return func(ctx context.Context, e Example, dst []float32) error { return open(ctx, e.ID, dst) }
}
