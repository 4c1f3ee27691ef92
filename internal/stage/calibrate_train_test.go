package stage

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/internal/vit/vittest"
	"github.com/curate/curate/train/descriptor"
)

// ownHeap is a catalogue of n pictures whose own encoder is a small one with random
// weights, and a descriptor that wastes all but two of its values: training helps it.
func ownHeap(t *testing.T, n int) (*heap, TrainOwnOptions) {
	t.Helper()
	h, _ := trainHeap(t, n)
	h.env.Home = t.TempDir() // no standard encoder
	h.env.Resolution = 32
	h.ingest()
	first := DescriptorOptions{Model: vittest.Folder(t, vittest.Config), Settings: descriptor.Recipe(), Squash: true, Out: h.beside("first")}
	s := &first.Settings
	s.Layers, s.Frozen, s.Dim, s.Batch, s.Steps = 3, 1, 64, 4, 1
	_, err := TrainDescriptor(t.Context(), h.env, first)
	if err != nil {
		t.Fatal(err)
	}
	net, err := descriptor.ReadFolder(first.Out)
	if err != nil {
		t.Fatal(err)
	}
	waste(net.Projection)
	folder := h.beside("wasteful")
	if err := net.Write(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := Shrink(t.Context(), h.env, ShrinkOptions{Model: folder, Bits: 8, Squash: true, Out: h.env.ownEncoderPath()}); err != nil {
		t.Fatal(err)
	}
	r := descriptor.Recipe()
	r.Frozen, r.Batch, r.Steps, r.Every, r.LR, r.HeadLR = 1, 16, 40, 20, 1e-6, 1e-2
	return h, TrainOwnOptions{Budget: time.Hour, Recipe: &r, Command: "test"}
}

// waste makes the values of a descriptor sums of the first two, and little else.
func waste(p descriptor.Projection) {
	rng, dim := rand.New(rand.NewPCG(1, 2)), len(p.Bias)
	width := len(p.Weight) / dim
	mix := func(v []float32, a, b float32, one, two []float32) {
		for i := range v {
			v[i] = a*one[i] + b*two[i] + v[i]/2
		}
	}
	row := func(d int) []float32 { return p.Weight[d*width : (d+1)*width] }
	for d := 2; d < dim; d++ {
		a, b := float32(rng.NormFloat64()), float32(rng.NormFloat64())
		mix(row(d), a, b, row(0), row(1))
		mix(p.Bias[d:d+1], a, b, p.Bias[:1], p.Bias[1:2])
	}
}

func TestTrainOwn(t *testing.T) {
	h, o := ownHeap(t, 90)
	r, err := TrainOwn(t.Context(), h.env, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Refused != "" || r.File != h.env.OwnEncoder() || r.After.mean() < r.Before.mean()+worthIt || r.Steps != 40 {
		t.Fatalf("%+v", r)
	}
	em, err := h.env.Embedding(Balanced, "")
	if err != nil || em.Model != r.File {
		t.Errorf("dedup would use %s: %v", em.Model, err)
	}
	d := h.dedup(DedupOptions{})
	if *d.Model != r.File || *d.Calibration != ownPictures {
		t.Errorf("dedup used %s with the calibration %s", *d.Model, *d.Calibration)
	}
	o.Recipe.LR, o.Recipe.HeadLR, o.Recipe.Steps = 1e-9, 1e-9, 4
	again, err := TrainOwn(t.Context(), h.env, o)
	if err != nil || again.Refused == "" || again.File != "" || !strings.Contains(again.Start, ownEncoderEnding) {
		t.Errorf("training that changes nothing: %+v, %v", again, err)
	}
	if h.env.OwnEncoder() != r.File {
		t.Error("a refused encoder has taken the place of the one in force")
	}
	if ok, err := ForgetOwnEncoder(t.Context(), h.env, "test"); !ok || err != nil || h.env.OwnEncoder() != "" {
		t.Errorf("forgotten: %v, %v", ok, err)
	}
}

// stopped begins a training and stops it after its first checkpoint.
func stopped(t *testing.T, h *heap, o TrainOwnOptions) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for ctx.Err() == nil {
			if found, _ := filepath.Glob(filepath.Join(h.env.Cache, "own-encoder", "run", "checkpoint-*")); len(found) > 0 {
				stop()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := TrainOwn(ctx, h.env, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("a stopped training says %v", err)
	}
}

func TestTrainOwnGoesOn(t *testing.T) {
	h, o := ownHeap(t, 70)
	o.Recipe.Steps, o.Recipe.Every = 16, 4
	stopped(t, h, o)
	p, err := descriptor.Unfinished(filepath.Join(h.env.Cache, "own-encoder", "run"))
	if err != nil || p == nil {
		t.Fatalf("left: %+v, %v", p, err)
	}
	r, err := TrainOwn(t.Context(), h.env, o)
	if err != nil || r.Steps != 16 || r.Continued != p.Step {
		t.Errorf("after step %d: %+v, %v", p.Step, r, err)
	}
	stopped(t, h, o)
	o.Recipe.Steps, o.Recipe.Seed = 4, 99
	if r, err = TrainOwn(t.Context(), h.env, o); err != nil || r.Steps != 4 || r.Continued != 0 {
		t.Errorf("another training: %+v, %v", r, err)
	}
	if left, _ := filepath.Glob(filepath.Join(h.env.Cache, "own-encoder")); len(left) > 0 {
		t.Error("a finished training leaves its folder")
	}
}

func TestTrainOwnRefuses(t *testing.T) {
	h, o := ownHeap(t, 70)
	before, err := os.ReadFile(h.env.OwnEncoder())
	if err != nil {
		t.Fatal(err)
	}
	o.Budget = time.Millisecond
	if _, err := TrainOwn(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), "too short") {
		t.Errorf("a budget of a millisecond: %v", err)
	}
	after, err := os.ReadFile(h.env.OwnEncoder())
	if err != nil || string(before) != string(after) {
		t.Errorf("the encoder in force has changed: %v", err)
	}
}

func TestTrainOwnNeedsPictures(t *testing.T) {
	h, _ := trainHeap(t, 20)
	h.ingest()
	if _, err := TrainOwn(t.Context(), h.env, TrainOwnOptions{Model: vittest.Folder(t, vittest.Config), Budget: time.Hour}); !errors.Is(err, descriptor.ErrFewPictures) {
		t.Errorf("20 pictures: %v", err)
	}
}
