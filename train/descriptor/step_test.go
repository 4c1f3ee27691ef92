package descriptor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/vit/vittest"
)

// smallMachine is a machine of the test model: 3 blocks, of which 1 is frozen.
func smallMachine(t *testing.T, o Options) *machine {
	t.Helper()
	m, err := vittest.Model(t, vittest.Config).Resize(32)
	if err != nil {
		t.Fatal(err)
	}
	k, err := newMachine(&Job{Options: o, Runtime: orttest.Open(t), Device: ort.Device{Provider: ort.CPU}, Threads: 1}, m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range k.arena.Size() - k.arena.Start(len(k.arena.Params)-2) {
		k.weights[len(k.weights)-1-i] = float32(rng.NormFloat64() * .1)
	}
	return k
}

// smallOptions ask for half a second of training.
func smallOptions() Options {
	o := Recipe()
	o.Layers, o.Frozen, o.Dim, o.Batch = 3, 1, 8, 3
	return o
}

func noise(n int) []float32 {
	rng := rand.New(rand.NewPCG(1, 9))
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

// The gradient of a step is the slope of its loss: along the gradient the loss
// rises by the gradient's length.
func TestGradientIsTheSlopeOfTheLoss(t *testing.T) {
	k := smallMachine(t, smallOptions())
	patches := noise(k.views * k.patches)
	if _, err := k.learn(t.Context(), patches, nil); err != nil {
		t.Fatal(err)
	}
	gradient, weights, length := slices.Clone(k.gradient), slices.Clone(k.weights), 0.
	for _, v := range gradient {
		length += float64(v) * float64(v)
	}
	length = math.Sqrt(length)
	at := func(step float64) float64 {
		for i, v := range gradient {
			k.weights[i] = weights[i] + float32(step*float64(v)/length)
		}
		l, err := k.learn(t.Context(), patches, nil)
		if err != nil {
			t.Fatal(err)
		}
		return l.Total
	}
	const h = 1e-2
	slope := (8*(at(h/2)-at(-h/2)) - (at(h) - at(-h))) / (6 * h)
	if math.Abs(slope-length) > .01*length {
		t.Errorf("slope %.5f, gradient %.5f", slope, length)
	}
}
