package train

import (
	"context"
	"math"
	"testing"

	"github.com/curate/curate/internal/ort"
)

func TestJudgeAgreesWithTraining(t *testing.T) {
	j := job(t, t.TempDir())
	r := fit(t, j)
	r.Model.Config.Labels = j.Classes
	judge, err := NewJudge(j.Runtime, r.Model, ort.SessionOptions{Device: j.Device, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer judge.Close()
	pixels := make([]float32, 3*r.Model.Config.ImageSize*r.Model.Config.ImageSize)
	if err := drawn(t.Context(), j.Val[0].ID, pixels); err != nil {
		t.Fatal(err)
	}
	if p, head, err := judge.Look(t.Context(), pixels); err != nil || len(head) != r.Model.Config.HeadDim() || math.Abs(p[1]-r.Judged.Prob[1]) > 1e-4 {
		t.Errorf("one picture: %v, %d floats, %v", p, len(head), err)
	}
	at := 0
	err = judge.Probabilities(context.Background(), j.Val, drawn, func(e Example, p []float64) error {
		if e != j.Val[at] || math.Abs(p[1]-r.Judged.Prob[2*at+1]) > 1e-4 {
			t.Errorf("picture %d: %v, in training %v", at, p, r.Judged.Prob[2*at:2*at+2])
		}
		at++
		return nil
	})
	if err != nil || at != len(j.Val) {
		t.Errorf("%d of %d judged, %v", at, len(j.Val), err)
	}
}

func TestMeasureTrainsNothing(t *testing.T) {
	j := job(t, t.TempDir())
	took, err := Measure(context.Background(), j)
	if err != nil || took.Run <= 0 || took.Look <= 0 {
		t.Errorf("%v, %v", took, err)
	}
	if _, ok, err := Unfinished(j.Dir, j.Settings()); ok || err != nil {
		t.Errorf("it left a checkpoint: %v", err)
	}
}
