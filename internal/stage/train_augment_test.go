package stage

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/train/augment"
)

// A model that learnt from native windows is judged on native windows, by train and
// by evaluate alike, and its folder says so.
func TestNativeWindowsAreTheModelsOwn(t *testing.T) {
	h, o := trainHeap(t, 40)
	o.Augment, o.Settings.Balance, o.Settings.Epochs = "forensic", true, 1
	r := h.train(o)
	c, err := preprocess.ReadConfig(r.Dir)
	if err != nil || c.DoResize || !c.DoCenterCrop {
		t.Errorf("%+v, %v", c, err)
	}
	e, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "val"})
	if err != nil {
		t.Fatal(err)
	}
	if d := float64(e.Loss - r.Loss); d > 1e-3 || d < -1e-3 {
		t.Errorf("train says loss %v, evaluate %v", r.Loss, e.Loss)
	}
	sheet, err := os.ReadFile(filepath.Join(r.Dir, SheetFile))
	if err != nil {
		t.Fatal(err)
	}
	size, err := png.DecodeConfig(bytes.NewReader(sheet))
	if err != nil || size.Width != 9*36 || size.Height != 6*36 {
		t.Errorf("the sheet is %dx%d, %v", size.Width, size.Height, err)
	}
}

// What is learnt from does not depend on who loads it when.
func TestLearnDoesNotDependOnWorkers(t *testing.T) {
	h, o := trainHeap(t, 20)
	o.Settings.Epochs, o.Augment = 1, "light"
	plan, err := planTraining(t.Context(), h.env, o)
	if err != nil {
		t.Fatal(err)
	}
	files, err := newTensors(t.Context(), h.env, plan.config, plan.data.rows[catalog.Train])
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	p, err := augment.Parse("crop,flip,jitter,randaugment,jpeg:20-90")
	if err != nil {
		t.Fatal(err)
	}
	examples := plan.data.examples(catalog.Train)
	load := func(workers int) [][]float32 {
		out := make([][]float32, len(examples))
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := len(examples) - 1 - w; i >= 0; i -= workers {
					out[i] = make([]float32, 3*32*32)
					if err := files.learn(p, 42)(t.Context(), examples[i], 3, out[i]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		return out
	}
	alone, together := load(1), load(7)
	for i := range examples {
		if !slices.Equal(alone[i], together[i]) {
			t.Errorf("picture %d: other numbers from seven workers than from one", i)
		}
	}
}

func TestAugmentOfModes(t *testing.T) {
	for _, c := range []struct {
		o    TrainOptions
		mode string
		want string
	}{
		{TrainOptions{}, ModeFull, "light"},
		{TrainOptions{}, ModeProbe, "none"},
		{TrainOptions{Recipe: RecipeSeed}, ModeFull, "none"},
		{TrainOptions{Augment: "flip"}, ModeFull, "flip"},
	} {
		if got := c.o.augmentOf(c.mode); got != c.want {
			t.Errorf("%+v, %s: %q, want %q", c.o, c.mode, got, c.want)
		}
	}
	h, o := trainHeap(t, 20)
	for _, spoil := range []func(*TrainOptions){
		func(o *TrainOptions) { o.Augment = "flip" }, func(o *TrainOptions) { o.Settings.Balance = true },
	} {
		bad := o
		bad.Mode = ModeProbe
		spoil(&bad)
		if _, err := Train(t.Context(), h.env, bad); err == nil || !strings.Contains(err.Error(), "made once for each image") {
			t.Errorf("a probe with it: %v", err)
		}
	}
}
