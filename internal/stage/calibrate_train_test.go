package stage

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
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

// Training helps this encoder, but what comes out finds so little that its scores make
// no sense: what was in force stays.
func TestTrainOwnKeepsWhatMakesSense(t *testing.T) {
	h, o := ownHeap(t, 90)
	before := h.ownBytes()
	r, err := TrainOwn(t.Context(), h.env, o)
	if err != nil {
		t.Fatal(err)
	}
	if !(r.Gain.Low > 0) || r.Gain.Pictures == 0 || r.Steps != 40 || r.Examined == 0 || !strings.Contains(r.Start, ownEncoderEnding) {
		t.Errorf("%+v", r)
	}
	if r.File != "" || !strings.Contains(r.Refused, "similarity of 0.9") || !bytes.Equal(before, h.ownBytes()) {
		t.Errorf("file %q, refused: %s", r.File, r.Refused)
	}
	o.Recipe.LR, o.Recipe.HeadLR, o.Recipe.Steps = 1e-9, 1e-9, 4
	again, err := TrainOwn(t.Context(), h.env, o)
	if err != nil || again.Refused == "" || again.File != "" || !bytes.Equal(before, h.ownBytes()) {
		t.Errorf("training that changes nothing: %+v, %v", again, err)
	}
}

func TestTrainOwnTakesNoChance(t *testing.T) {
	gain := func(ap, low, high float64) descriptor.Gain {
		return descriptor.Gain{AP: ap, Low: low, High: high, Pictures: 80}
	}
	for name, c := range map[string]struct {
		all, unseen descriptor.Gain
		why         string
	}{
		"better on any such pictures":       {gain(.02, .01, .03), gain(.01, -.01, .03), ""},
		"better on these, maybe by chance":  {gain(.02, -.001, .04), gain(.01, -.01, .03), "over 0"},
		"worse":                             {gain(-.01, -.02, -.001), gain(-.01, -.02, 0), "over 0"},
		"not measured":                      {gain(math.NaN(), math.NaN(), math.NaN()), gain(0, 0, 0), "over 0"},
		"better but for kinds it never saw": {gain(.02, .01, .03), gain(-.006, -.01, 0), "finds fewer"},
	} {
		r := TrainOwnResult{Gain: c.all, GainUnseen: c.unseen}
		if got := r.refuse(); (got == "") != (c.why == "") || !strings.Contains(got, c.why) {
			t.Errorf("%s: refused with %q, want %q", name, got, c.why)
		}
	}
}

// ownBytes is the catalogue's own encoder.
func (h *heap) ownBytes() []byte {
	h.Helper()
	data, err := os.ReadFile(h.env.OwnEncoder())
	if err != nil {
		h.Fatal(err)
	}
	return data
}

// What is adopted is what dedup uses, until it is forgotten.
func TestAdopt(t *testing.T) {
	h, _ := ownHeap(t, 70)
	run := &descriptorRun{env: h.env, job: &descriptor.Job{}, run: catalog.Run{Dir: t.TempDir()}}
	_, err := Shrink(t.Context(), h.env, ShrinkOptions{Model: vittest.Folder(t, vittest.Config), Layers: 3, Bits: 8, Out: run.candidate()})
	if err != nil {
		t.Fatal(err)
	}
	var r TrainOwnResult
	if err := r.adopt(t.Context(), run); err != nil || r.Refused != "" || r.File != h.env.OwnEncoder() {
		t.Fatalf("%+v, %v", r, err)
	}
	d := h.dedup(DedupOptions{})
	if *d.Model != r.File || *d.Calibration != ownPictures {
		t.Errorf("dedup used %s with the calibration %s", *d.Model, *d.Calibration)
	}
	if left, _ := filepath.Glob(r.File + ".*"); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if ok, err := ForgetOwnEncoder(t.Context(), h.env, "test"); !ok || err != nil || h.env.OwnEncoder() != "" {
		t.Errorf("forgotten: %v, %v", ok, err)
	}
	if em, err := h.env.Embedding(Balanced, ""); err != nil || em.Model == r.File {
		t.Errorf("afterwards dedup would use %s: %v", em.Model, err)
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
	before := h.ownBytes()
	o.Budget = time.Millisecond
	if _, err := TrainOwn(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), "too short") {
		t.Errorf("a budget of a millisecond: %v", err)
	}
	if !bytes.Equal(before, h.ownBytes()) {
		t.Error("the encoder in force has changed")
	}
}

func TestTrainOwnNeedsPictures(t *testing.T) {
	h, _ := trainHeap(t, 20)
	h.ingest()
	if _, err := TrainOwn(t.Context(), h.env, TrainOwnOptions{Model: vittest.Folder(t, vittest.Config), Budget: time.Hour}); !errors.Is(err, descriptor.ErrFewPictures) {
		t.Errorf("20 pictures: %v", err)
	}
}
