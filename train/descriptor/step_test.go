package descriptor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/scene"
	"github.com/curate/curate/internal/vit"
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
	for i := range k.arena.projection() {
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

func BenchmarkStepReal(b *testing.B) {
	folder := os.Getenv("CURATE_MODEL_FOLDER")
	if folder == "" {
		b.Skip("CURATE_MODEL_FOLDER names no model")
	}
	full, err := vit.Load(folder)
	if err != nil {
		b.Fatal(err)
	}
	cut, _ := full.Cut(8)
	m, _ := cut.Resize(112)
	o := Recipe()
	k, err := newMachine(&Job{Options: o, Runtime: orttest.Open(b), Device: ort.Device{Provider: ort.CPU}, Threads: 2}, m)
	if err != nil {
		b.Fatal(err)
	}
	defer k.Close()
	w := k.arena.named(k.weights, weightInput)
	copy(w, noise(len(w)))
	patches := noise(k.views * k.patches)
	c, _ := preprocess.ReadConfig(folder)
	f := &feed{config: c.WithResolution(112), patch: 14, workers: 2}
	var pictures []Picture
	for i := range 24 {
		pictures = append(pictures, Picture{ID: fmt.Sprint(i), Pixels: scene.Render(uint64(i), 300, 224)})
	}
	v := newViewer(pictures, nil)
	for b.Loop() {
		c0, t0 := cpu(), time.Now()
		for i := range 96 {
			if err := f.write(patches[i*f.values():(i+1)*f.values()], v.view(viewStream(1, 1, i), i%24)); err != nil {
				b.Fatal(err)
			}
		}
		c1, t1 := cpu(), time.Now()
		if _, err := k.lower(b.Context(), patches, k.views); err != nil {
			b.Fatal(err)
		}
		c2, t2 := cpu(), time.Now()
		l, err := k.learn(b.Context(), patches, nil)
		if err != nil {
			b.Fatal(err)
		}
		c3, t3 := cpu(), time.Now()
		fmt.Printf("views %.2f/%.2f  below %.2f/%.2f  learn %.2f/%.2f cpu/wall s; loss %.3f\n", c1-c0, t1.Sub(t0).Seconds(), c2-c1, t2.Sub(t1).Seconds(), c3-c2, t3.Sub(t2).Seconds(), l.Total)
	}
}

func cpu() float64 {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}
