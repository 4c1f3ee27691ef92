package stage

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/checkpoint"
)

// TestModesGoOn stops runs after a checkpoint and gives the same command again,
// with and without --mode: the folder then holds what an undisturbed run leaves.
func TestModesGoOn(t *testing.T) {
	for _, mode := range []string{ModeLPFT, ModeLoRA} {
		h, o := trainHeap(t, 20)
		o.Mode, o.Settings.Epochs = mode, 8
		want := mustRead(t, filepath.Join(h.train(o).Dir, "model.safetensors"))
		stopped := splitHeap(t, 20)
		again := stopped.trainable(o.Model)
		again.Mode, again.Settings.Epochs = mode, 8
		stopped.stopAtCheckpoint(again)
		if again.Mode == ModeLPFT {
			again.Mode = "" // the unfinished run says which
		}
		again.Resume = true
		r := stopped.train(again)
		if r.Continued == 0 || r.Mode != mode || len(r.Rows) != 8 {
			t.Errorf("%s: went on from step %d as %s", mode, r.Continued, r.Mode)
		}
		if string(want) != string(mustRead(t, filepath.Join(r.Dir, "model.safetensors"))) {
			t.Errorf("%s: other weights than without the stop", mode)
		}
	}
}

// stopAtCheckpoint trains until there is a checkpoint.
func (h *heap) stopAtCheckpoint(o TrainOptions) {
	h.Helper()
	ctx, cancel := context.WithCancel(h.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if _, ok, err := checkpoint.Newest(o.Out); err == nil && ok {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := Train(ctx, h.env, o); !errors.Is(err, context.Canceled) {
		h.Fatalf("not stopped: %v", err)
	}
}

// Before the first step, what lp-ft trains says of val what the probe's folder says.
func TestFineTuningStartsFromTheProbe(t *testing.T) {
	h, o := trainHeap(t, 40)
	probe := o
	probe.Mode, probe.Out = ModeProbe, filepath.Join(h.dir, "..", "probe")
	h.train(probe)
	want, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "val"})
	if err != nil {
		t.Fatal(err)
	}
	o.Mode, o.Settings.Epochs, o.Settings.LR, o.Augment = ModeLPFT, 1, 1e-12, "none"
	if got := h.train(o); got.Loss-want.Loss > 1e-4 || want.Loss-got.Loss > 1e-4 || got.Accuracy != want.Accuracy {
		t.Errorf("loss %v, accuracy %v at the start; the probe has %v, %v", got.Loss, got.Accuracy, want.Loss, want.Accuracy)
	}
	m, err := vit.Load(filepath.Join(o.Out))
	if err != nil || m.Config.Labels[0] != "ai" {
		t.Errorf("labels %v, %v", m.Config.Labels, err)
	}
}

// The run's settings are kept in the catalogue and on the card.
func TestSettingsAreWrittenDown(t *testing.T) {
	h, o := trainHeap(t, 20)
	o.Mode, o.FreezeAll, o.ClassWeights = ModeFull, true, BalanceClasses
	o.Settings.LR, o.Settings.Batch, o.Settings.Epochs = 0, 0, 3
	o.Settings.Decay, o.Settings.Metric, o.Settings.Patience, o.Settings.EMA = .05, "f1", 1, .9
	r := h.train(o)
	if r.ChosenBy != "f1" || r.Kept < 1 || *r.Epochs != len(r.Rows) {
		t.Errorf("%+v", r)
	}
	run, err := h.env.Catalog.RunByName(t.Context(), r.Run)
	if err != nil {
		t.Fatal(err)
	}
	var s runSettings
	if err := json.Unmarshal(run.Settings, &s); err != nil || s.Options.LR != 5e-5 || s.Options.Batch != 8 || s.Options.Freeze != 3 || len(s.Options.ClassWeights) != 2 {
		t.Errorf("%+v, %v", s.Options, err)
	}
	card, err := os.ReadFile(filepath.Join(r.Dir, train.CardFile))
	for _, want := range []string{"AdamW", "first 3 blocks", "class_weights", "early_stop", "chosen_by", "0.05", "augment: crop"} {
		if err != nil || !strings.Contains(string(card), want) {
			t.Errorf("the card says nothing of %s (%v)", want, err)
		}
	}
}

// Early stopping looks at val; a split without one is refused, in words that help.
func TestEarlyStopNeedsVal(t *testing.T) {
	h, o := trainHeap(t, 20)
	if _, err := Split(t.Context(), h.env, SplitOptions{Test: .2, Seed: 1, GroupBy: []string{"cluster"}}); err != nil {
		t.Fatal(err)
	}
	if n := len(h.inSplit(catalog.Val)); n > 0 {
		t.Fatalf("%d images in val", n)
	}
	o.Settings.Patience = 2
	if _, err := Train(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), "curate split --val 0.1") {
		t.Errorf("error %v", err)
	}
}
