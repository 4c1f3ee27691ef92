package train

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/checkpoint"
)

func TestFitLearns(t *testing.T) {
	for _, family := range []string{"vit", "deit", "dinov2", "dinov2_with_registers"} {
		t.Run(family, func(t *testing.T) {
			j := job(t, t.TempDir())
			j.Model, j.Epochs = tiny(t, family), 8
			r := fit(t, j)
			first, best := r.Rows[0], r.Best()
			if len(r.Rows) != 8 || r.Steps != 8*6 || best.Eval.N != 20 {
				t.Errorf("%d rows, %d steps, %d judged", len(r.Rows), r.Steps, best.Eval.N)
			}
			if !(best.Eval.Loss < .5) || !(best.Eval.Loss < first.Eval.Loss) || !(best.Eval.Accuracy >= .8) {
				t.Errorf("loss %v after one epoch, %v at best, accuracy %v", first.Eval.Loss, best.Eval.Loss, best.Eval.Accuracy)
			}
			if j.Model.Weights[headWeight].Data != nil {
				t.Error("the job's own model was changed")
			}
		})
	}
}

// TestMicroBatchesAddUp: the batch decides what is learnt, not how it is cut.
func TestMicroBatchesAddUp(t *testing.T) {
	whole, cut := job(t, t.TempDir()), job(t, t.TempDir())
	whole.Micro, cut.Micro = 8, 3
	a, b := fit(t, whole), fit(t, cut)
	for i, row := range a.Rows {
		if d := math.Abs(float64(row.TrainLoss - b.Rows[i].TrainLoss)); !(d < 1e-4) {
			t.Errorf("epoch %d: loss %v whole, %v cut", i+1, row.TrainLoss, b.Rows[i].TrainLoss)
		}
	}
}

func TestSameSeedSameWeights(t *testing.T) {
	a, b, other := job(t, t.TempDir()), job(t, t.TempDir()), job(t, t.TempDir())
	other.Seed = 43
	want := fit(t, a)
	if !sameWeights(want.Model, fit(t, b).Model) {
		t.Error("the same job gave other weights")
	}
	if sameWeights(want.Model, fit(t, other).Model) {
		t.Error("another seed gave the same weights")
	}
}

func sameWeights(a, b *vit.Model) bool {
	for name, t := range a.Weights {
		if !slices.Equal(t.Data, b.Weights[name].Data) {
			return false
		}
	}
	return true
}

// stopAt stops a job when it asks for so many pictures.
func stopAt(t *testing.T, j *Job, stop int) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	opened := 0
	j.Open = func(c context.Context, id string, dst []float32) error {
		if opened++; opened == stop {
			cancel()
		}
		return drawn(c, id, dst)
	}
	if _, err := Fit(ctx, j); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped at picture %d: %v", stop, err)
	}
}

// TestGoingOnEqualsNotStopping stops runs at many places, in steps and in
// evaluations, and goes on.
func TestGoingOnEqualsNotStopping(t *testing.T) {
	want := fit(t, job(t, t.TempDir()))
	for stop := 9; stop < 3*(44+20); stop += 25 {
		dir := t.TempDir()
		stopAt(t, job(t, dir), stop)
		got := fit(t, job(t, dir))
		if !sameWeights(want.Model, got.Model) || !reflect.DeepEqual(want.Rows, got.Rows) {
			t.Errorf("stopped at picture %d: other weights or figures than without the stop", stop)
		}
	}
}

// A run that loses a picture keeps what it has learnt, and goes on when it is back.
func TestLosingAPictureIsAStop(t *testing.T) {
	want, dir := fit(t, job(t, t.TempDir())), t.TempDir()
	gone, opened := errors.New("gone"), 0
	first := job(t, dir)
	first.Threads = 1
	first.Open = func(c context.Context, id string, dst []float32) error {
		if opened++; opened > 30 {
			return gone
		}
		return drawn(c, id, dst)
	}
	_, err := Fit(context.Background(), first)
	var lost *PictureError
	if !errors.As(err, &lost) || !errors.Is(err, gone) || lost.ID == "" || err.Error() != "gone" {
		t.Fatalf("error %v", err)
	}
	if step, ok, err := Unfinished(dir, first.Settings()); err != nil || !ok || step < 1 {
		t.Errorf("checkpoint at step %d, %v, %v", step, ok, err)
	}
	if got := fit(t, job(t, dir)); !sameWeights(want.Model, got.Model) || !reflect.DeepEqual(want.Rows, got.Rows) {
		t.Error("other weights or figures than with the picture all along")
	}
}

// A run does not take up, and does not remove, what one of other settings left.
func TestOtherSettingsNeedAnotherFolder(t *testing.T) {
	dir := t.TempDir()
	fit(t, job(t, dir))
	if step, ok, err := Unfinished(dir, job(t, dir).Settings()); err != nil || !ok || step != 18 {
		t.Errorf("checkpoint of the same settings: step %d, %v, %v", step, ok, err)
	}
	before := entries(t, dir)
	j := job(t, dir)
	j.LR *= 2
	if _, ok, err := Unfinished(dir, j.Settings()); err != nil || ok {
		t.Errorf("checkpoint of other settings was taken: %v", err)
	}
	if _, err := Fit(context.Background(), j); err == nil || !strings.Contains(err.Error(), "another run") {
		t.Errorf("error %v", err)
	}
	if after := entries(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder held %v, now %v", before, after)
	}
}

func TestCheckpointsKeptAreTheNewestAndTheBest(t *testing.T) {
	dir := t.TempDir()
	r := fit(t, job(t, dir))
	steps, err := checkpoint.Steps(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]bool{18: true, r.Best().Step: true}
	for _, s := range steps {
		if !want[s] {
			t.Errorf("checkpoint %d was kept; the best is %d", s, r.Best().Step)
		}
	}
	if len(steps) != len(want) {
		t.Errorf("checkpoints %v, want %v", steps, want)
	}
	m, err := vit.Load(filepath.Join(dir, "checkpoint-18"))
	if err != nil || m.Classes() != 2 {
		t.Errorf("a checkpoint is no model folder: %v", err)
	}
	if err := RemoveCheckpoints(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestFitRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Job){
		"one class":    func(j *Job) { j.Classes = j.Classes[:1] },
		"no pictures":  func(j *Job) { j.Train = nil },
		"class 7":      func(j *Job) { j.Val[0].Label = 7 },
		"no rate":      func(j *Job) { j.LR = math.NaN() },
		"no epochs":    func(j *Job) { j.Epochs = 0 },
		"no memory":    func(j *Job) { j.Micro, j.Memory = 0, 1000 },
		"bad picture":  func(j *Job) { j.Open = func(context.Context, string, []float32) error { return errors.New("broken") } },
		"runaway rate": func(j *Job) { j.LR, j.Epochs = 1e30, 9 },
	} {
		t.Run(name, func(t *testing.T) {
			j := job(t, t.TempDir())
			spoil(j)
			if r, err := Fit(context.Background(), j); err == nil {
				t.Errorf("no error, rows %+v", r.Rows)
			}
		})
	}
}

func TestThreeClassesWithoutValidation(t *testing.T) {
	j := job(t, t.TempDir())
	j.Classes, j.Val = []string{"a", "b", "c"}, nil
	for i := range j.Train {
		j.Train[i].Label = i % 3
	}
	r := fit(t, j)
	if r.Chosen != 2 || r.Best().Step != 18 || r.Model.Classes() != 3 {
		t.Errorf("chosen %d, step %d, %d classes", r.Chosen, r.Best().Step, r.Model.Classes())
	}
}
