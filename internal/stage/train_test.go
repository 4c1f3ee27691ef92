package stage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/vit/vittest"
	"github.com/curate/curate/train"
)

// trainHeap is a heap of n labelled pictures, with what a short run on them needs.
func trainHeap(t *testing.T, n int) (*heap, TrainOptions) {
	t.Helper()
	t.Setenv(runtimelib.Env, orttest.Open(t).Path())
	h := splitHeap(t, n)
	return h, h.trainable(vittest.Folder(t, vittest.Config))
}

func (h *heap) trainable(model string) TrainOptions {
	h.env.Home, h.env.Device, h.env.Threads = h.dir, "cpu", 1
	o := TrainOptions{Model: model, Mode: ModeFull, Settings: train.Recipe(), Out: filepath.Join(h.dir, "..", "run"), Budget: time.Hour}
	o.Settings.Epochs, o.Settings.Batch = 2, 8
	return o
}

func (h *heap) train(o TrainOptions) TrainResult {
	h.Helper()
	r, err := Train(h.Context(), h.env, o)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

func TestTrainEvaluatePredict(t *testing.T) {
	h, o := trainHeap(t, 40)
	for _, mode := range []string{ModeProbe, ModeFull, ModeLPFT, ModeLoRA} {
		o.Mode, o.Out = mode, filepath.Join(h.dir, "..", mode)
		r := h.train(o)
		if r.Run != mode+"-1" || r.Images["train"] != 28 || r.Positive != "ai" || r.JudgedOn != "validation" || r.Rows[0].Eval.N != 4 || r.Resolution != 32 {
			t.Errorf("%+v", r)
		}
		e, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test", By: []string{"subject"}})
		if err != nil {
			t.Fatal(err)
		}
		if e.N != 8 || e.Run != r.Run || e.Positives != 4 || len(e.Per["subject"]) != 1 || len(e.Unreadable) != 0 {
			t.Errorf("%s: %+v", mode, e)
		}
		h.answersAgree(r.Dir, "val", 4, float64(r.Accuracy))
		h.answersAgree(filepath.Dir(e.Report), "test", 8, float64(e.Accuracy))
		h.looksAtRun(r.Run, 8)
		got, broken, err := h.predict(PredictOptions{Paths: []string{h.dir}})
		for _, p := range got {
			if p.Probability < .5 || (p.Label != "ai" && p.Label != "real") {
				t.Errorf("%+v", p)
			}
		}
		if err != nil || len(got) != 40 || len(broken) != 0 {
			t.Fatalf("%d predictions, %d broken, %v", len(got), len(broken), err)
		}
		h.tries(r.Run, got)
		if mode == ModeProbe || mode == ModeFull {
			h.triesWhatIsNew(r.Run, mode)
		}
	}
}

// A run's figures for val are those that evaluate finds in the folder it left.
func TestEvaluateAgreesWithTrain(t *testing.T) {
	h, o := trainHeap(t, 40)
	r := h.train(o)
	e, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "val"})
	if err != nil {
		t.Fatal(err)
	}
	if d := float64(e.Loss - r.Loss); d > 1e-3 || d < -1e-3 || e.Accuracy != r.Accuracy {
		t.Errorf("train says loss %v, accuracy %v; evaluate %v, %v", r.Loss, r.Accuracy, e.Loss, e.Accuracy)
	}
}

func TestSeedRecipeJudgesOnTest(t *testing.T) {
	h, o := trainHeap(t, 40)
	o.Mode, o.Recipe = "", RecipeSeed
	r := h.train(o)
	if r.Mode != ModeFull || r.JudgedOn != "test" || r.Images["train"] != 32 || r.Images["val"] != 0 || r.Rows[0].Eval.N != 8 {
		t.Errorf("%+v", r)
	}
	card, err := os.ReadFile(filepath.Join(r.Dir, train.CardFile))
	if err != nil || !strings.Contains(string(card), "chosen on test") {
		t.Errorf("the card does not say that weights were chosen on test: %v", err)
	}
}

func TestBudgetChoosesTheMode(t *testing.T) {
	h, o := trainHeap(t, 20)
	for mode, budget := range map[string]time.Duration{ModeLPFT: time.Hour, ModeProbe: 0} {
		o.Mode, o.Budget, o.Out = "", budget, filepath.Join(h.dir, "..", mode)
		r := h.train(o)
		if r.Mode != mode || len(r.Estimates) != 4 || !(r.Estimates[ModeFull] > 0) || !(r.Estimates[ModeLoRA] > 0) || !(r.Estimates[ModeLPFT] > r.Estimates[ModeFull]) {
			t.Errorf("budget %v: mode %s, estimates %v", budget, r.Mode, r.Estimates)
		}
	}
	o.Settings.LoRA.Rank, o.Budget, o.Out = 2, time.Hour, filepath.Join(h.dir, "..", "lora")
	if r := h.train(o); r.Mode != ModeLoRA || len(r.Estimates) != 1 {
		t.Errorf("with --lora-rank: mode %s, estimates %v", r.Mode, r.Estimates)
	}
}

func TestTrainRefuses(t *testing.T) {
	h, o := trainHeap(t, 20)
	onnx := filepath.Join(t.TempDir(), "model.onnx")
	for name, c := range map[string]struct {
		want  string
		spoil func(*TrainOptions)
	}{
		"mode":     {"no mode is called", func(o *TrainOptions) { o.Mode = "magic" }},
		"positive": {"no picture has the label", func(o *TrainOptions) { o.Positive = "dog" }},
		"tracker":  {"no tracker is called", func(o *TrainOptions) { o.Track = []string{"paper"} }},
		"resume":   {"no unfinished run", func(o *TrainOptions) { o.Resume = true }},
		"out":      {"holds other files", func(o *TrainOptions) { o.Out = h.dir }},
		"no model": {"model.onnx", func(o *TrainOptions) { o.Model = onnx }},
		"frozen":   {"the model has 3 blocks", func(o *TrainOptions) { o.Settings.Freeze = 4 }},
		"no lora":  {"for --mode lora", func(o *TrainOptions) { o.Settings.LoRA.Rank = 4 }},
		"rank":     {"the model's width, 96", func(o *TrainOptions) { o.Mode, o.Settings.LoRA.Rank = ModeLoRA, 97 }},
		"targets":  {"query, key, value", func(o *TrainOptions) { o.Mode, o.Settings.LoRA.Targets = ModeLoRA, []string{"knee"} }},
		"all":      {"nothing to adapt", func(o *TrainOptions) { o.Mode, o.FreezeAll = ModeLoRA, true }},
		"probe":    {"the classifier alone", func(o *TrainOptions) { o.Mode, o.Settings.EMA = ModeProbe, .9 }},
		"weights":  {"take balanced", func(o *TrainOptions) { o.ClassWeights = "fair" }},
		"recipe":   {"plain fine-tuning", func(o *TrainOptions) { o.Recipe, o.Settings.Patience = RecipeSeed, 2 }},
	} {
		bad := o
		bad.Out = filepath.Join(t.TempDir(), "run")
		c.spoil(&bad)
		if _, err := Train(t.Context(), h.env, bad); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
	if split, err := h.env.Catalog.Splits(t.Context()); err != nil || len(split) > 0 {
		t.Errorf("a split of %d images was made for nothing (%v)", len(split), err)
	}
	o.Settings.Memory = 1000
	if _, err := Train(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), "too few") {
		t.Errorf("few memory: error %v", err)
	}
	runs, err := h.env.Catalog.Runs(t.Context(), kindTrain, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if r.Status != catalog.Failed {
			t.Errorf("run %s is %s after an error", r.Name, r.Status)
		}
	}
}

func TestPicturesThatVanished(t *testing.T) {
	h, o := trainHeap(t, 40)
	o.Mode = ModeProbe
	h.train(o)
	if err := os.RemoveAll(h.path("real")); err != nil {
		t.Fatal(err)
	}
	e, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test"})
	if err != nil || e.N != 4 || len(e.Unreadable) != 4 {
		t.Errorf("evaluate: %d judged, %d unreadable, %v", e.N, len(e.Unreadable), err)
	}
	o.Mode, o.Out = ModeFull, filepath.Join(h.dir, "..", "other")
	if _, err := Train(t.Context(), h.env, o); err == nil || !strings.Contains(err.Error(), "curate ingest") {
		t.Errorf("train: %v", err)
	}
}

// One picture that is lost does not end a full run; none of a class left does.
func TestTrainLeavesOutWhatItCannotRead(t *testing.T) {
	h, o := trainHeap(t, 40)
	o.Settings.Epochs = 1
	if _, err := h.split(SplitOptions{Val: .1, Test: .2, Seed: 42, GroupBy: []string{"cluster"}}); err != nil {
		t.Fatal(err)
	}
	rows := h.inSplit(catalog.Train)
	remove(t, rows[0].Path)
	h.replace(strings.TrimPrefix(rows[1].Path, h.dir))
	remove(t, h.inSplit(catalog.Val)[0].Path)
	r := h.train(o)
	if r.Images["train"] != 26 || r.Images["val"] != 3 || r.Rows[0].Eval.N != 3 || len(r.Unreadable) != 3 || r.Unreadable[1] != (UnusableInput{rows[1].Path, errChanged.Error()}) {
		t.Errorf("%v, %+v", r.Images, r.Unreadable)
	}
}

// inSplit lists what is in a split.
func (h *heap) inSplit(s catalog.Split) (rows []catalog.Row) {
	h.Helper()
	for row, err := range h.env.Catalog.Images(h.Context(), catalog.Filter{Split: []catalog.Split{s}}) {
		if err != nil {
			h.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// A picture that is lost later is named once, as paths are shown, with what to do.
func TestLostPictureIsNamedOnce(t *testing.T) {
	h, o := trainHeap(t, 20)
	t.Chdir(h.dir)
	p, err := planTraining(t.Context(), h.env, o)
	if err != nil {
		t.Fatal(err)
	}
	row := h.inSplit(catalog.Train)[0]
	remove(t, row.Path)
	files, err := newTensors(t.Context(), h.env, p.config, []catalog.Row{row})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	err = howToGoOn(&train.PictureError{ID: row.Hash.String(), Err: files.open(t.Context(), row.Hash.String(), make([]float32, 3*32*32))})
	got, name := err.Error(), strings.TrimPrefix(row.Path, h.dir+"/")
	if !strings.HasPrefix(got, name+": no such file") || strings.Count(got, filepath.Base(name)) != 1 || strings.Contains(got, row.Hash.String()) || !strings.Contains(got, "checkpoint") {
		t.Errorf("%s", got)
	}
}

// trainKillEnv names the folder and the model of a process that is there to be
// killed.
const trainKillEnv = "CURATE_TEST_TRAIN_KILL"

// longRun is long enough to be killed in the middle.
func longRun(h *heap, model string) TrainOptions {
	o := h.trainable(model)
	o.Settings.Epochs = 12
	return o
}

// TestTrainVictim is that process; it does nothing in an ordinary run.
func TestTrainVictim(t *testing.T) {
	dir, model, ok := strings.Cut(os.Getenv(trainKillEnv), "|")
	if !ok {
		return
	}
	h := &heap{T: t, dir: dir, env: &Env{Notice: t.Logf}}
	h.openCatalog(filepath.Join(dir, "..", "curate.db"))
	h.train(longRun(h, model))
}

// A run that was killed goes on by itself and ends with the weights of one that
// was not.
func TestTrainAfterKill(t *testing.T) {
	whole, o := trainHeap(t, 20)
	o = longRun(whole, o.Model)
	want := mustRead(t, filepath.Join(whole.train(o).Dir, "model.safetensors"))
	killed := splitHeap(t, 20)
	again := longRun(killed, o.Model)
	killTraining(t, killed, again)
	r := killed.train(again)
	if r.Continued == 0 || r.Run != "full-1" {
		t.Errorf("run %s went on from step %d", r.Run, r.Continued)
	}
	if !bytes.Equal(want, mustRead(t, filepath.Join(r.Dir, "model.safetensors"))) {
		t.Error("other weights than without the kill")
	}
	left, err := filepath.Glob(filepath.Join(r.Dir, "checkpoint-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// killTraining starts a run in a process of its own and kills it when it has left
// a checkpoint of two epochs.
func killTraining(t *testing.T, h *heap, o TrainOptions) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestTrainVictim$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s", trainKillEnv, h.dir, o.Model))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		found, err := filepath.Glob(filepath.Join(o.Out, "checkpoint-*"))
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(found, func(name string) bool { return !strings.HasSuffix(name, "checkpoint-2") }) {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("the process ended before it was killed: %v\n%s", err, out.String())
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	<-ended
}
