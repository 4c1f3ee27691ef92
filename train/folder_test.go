package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/track"
)

func about() About {
	size := preprocess.Size{Height: 8, Width: 8}
	return About{
		Name: "run 1", Base: "tiny", Classes: []string{"real", "ai"}, Positive: 1, JudgedOn: "validation", Version: "test",
		Preprocess: preprocess.Config{
			Processor: "ViTImageProcessor", DoResize: true, Target: size, Crop: preprocess.Size{Height: 224, Width: 224}, Filter: preprocess.Bilinear, DoRescale: true, RescaleFactor: 1. / 255,
			DoNormalize: true, Mean: [3]float64{.5, .4, .3}, Std: [3]float64{.5, .5, .25},
		},
		Counts: []ClassCount{{"real", 22, 10, 0}, {"ai", 22, 10, 0}}, Recipe: []Fact{{Name: "seed", Value: "42"}},
	}
}

func TestFolderHoldsTheModelThatWasTrained(t *testing.T) {
	dir := t.TempDir()
	j := job(t, dir)
	r := fit(t, j)
	a := about()
	if err := WriteFolder(dir, r, a); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.json", "model.safetensors", preprocess.FileName, CardFile, track.StateFile, PlotFile, ReportFile, ModelFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	back, err := preprocess.ReadConfig(dir)
	if err != nil || back != a.Preprocess {
		t.Errorf("preprocessing read back as %+v, %v", back, err)
	}
	m, err := vit.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !sameWeights(r.Model, m) || m.Config.Labels[1] != "ai" {
		t.Errorf("the folder's model is not the trained one; classes %v", m.Config.Labels)
	}
	for _, then := range []func() error{func() error { return nil }, func() error { return RemoveCheckpoints(dir) }} {
		if err := errors.Join(then(), Ready(dir)); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("the folder of a run may take another one: %v", err)
		}
	}
}

// TestONNXGivesTheLogitsOfTraining runs model.onnx on a picture as pixels, and
// compares with what the run said of it.
func TestONNXGivesTheLogitsOfTraining(t *testing.T) {
	dir := t.TempDir()
	j := job(t, dir)
	r := fit(t, j)
	g, err := Classifier(r.Model)
	if err != nil {
		t.Fatal(err)
	}
	s, err := j.Runtime.NewSession(g.Marshal(), ort.SessionOptions{Device: j.Device, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pixels := make([]float32, 3*8*8)
	if err := drawn(context.Background(), j.Val[3].ID, pixels); err != nil {
		t.Fatal(err)
	}
	x, err := ort.NewTensor(pixels, 1, 3, 8, 8)
	if err != nil {
		t.Fatal(err)
	}
	out := []*ort.Tensor{nil, nil}
	if err := s.Run(context.Background(), []*ort.Tensor{x}, out); err != nil {
		t.Fatal(err)
	}
	given := out[1].Floats()
	for c, p := range softmax(out[0].Floats()) {
		if want := r.Judged.Prob[3*2+c]; math.Abs(p-want) > 1e-5 || math.Abs(float64(given[c])-want) > 1e-5 {
			t.Errorf("class %d: %v by the logits of model.onnx, %v by its probabilities, %v in training", c, p, given[c], want)
		}
	}
}

func TestProbesFolderAndTable(t *testing.T) {
	r, err := Probe(context.Background(), probe(t, "dinov2", 2))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := WriteFolder(dir, r, about()); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(Table(r.Rows), "\n"); lines != 3 {
		t.Errorf("table of %d lines:\n%s", lines, Table(r.Rows))
	}
	if strings.Contains(Table([]Row{{Epoch: 1, Step: 2}}), "0.0000 | 0.0000") {
		t.Error("what was not judged has figures of 0")
	}
}

func TestReady(t *testing.T) {
	for name, c := range map[string]struct {
		holds []string
		want  string
	}{
		"nothing":         {nil, ""},
		"another's files": {[]string{"holiday.jpg"}, "holds other files"},
		"a mere log":      {[]string{track.MetricsFile, "events.out.tfevents.1"}, ""},
		"a model":         {[]string{track.MetricsFile, "model.safetensors"}, "holds a trained model"},
		"a checkpoint":    {[]string{track.MetricsFile, "checkpoint-12"}, "holds checkpoints"},
	} {
		dir := t.TempDir()
		for _, file := range c.holds {
			if err := os.WriteFile(filepath.Join(dir, file), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := Ready(dir); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Ready(filepath.Join(t.TempDir(), "new")); err != nil {
		t.Error(err)
	}
}
