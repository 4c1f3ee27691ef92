package train

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
)

// changing is a job whose pictures are other ones in every epoch and turn, of
// classes that are drawn equally.
func changing(t *testing.T, dir string) *Job {
	j := job(t, dir)
	j.Train, j.Balance, j.Augment = append(examples(30, 0), Example{ID: "1-extra", Label: 1}), true, "noise"
	j.Learn = func(ctx context.Context, e Example, epoch int, dst []float32) error {
		return drawn(ctx, fmt.Sprintf("%s, epoch %d, turn %d", e.ID, epoch, e.Turn), dst)
	}
	return j
}

// TestChangedPicturesGoOn stops a run that sees its pictures changed, amid an
// epoch, and goes on.
func TestChangedPicturesGoOn(t *testing.T) {
	want, plainly := fit(t, changing(t, t.TempDir())), changing(t, t.TempDir())
	plainly.Learn = nil
	if sameWeights(want.Model, fit(t, plainly).Model) {
		t.Fatal("changed pictures gave the weights of plain ones")
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	first, opened := changing(t, dir), 0
	learn := first.Learn
	first.Learn = func(c context.Context, e Example, epoch int, dst []float32) error {
		if opened++; opened == 45 {
			cancel()
		}
		return learn(c, e, epoch, dst)
	}
	if _, err := Fit(ctx, first); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	got := fit(t, changing(t, dir))
	if !sameWeights(want.Model, got.Model) || !reflect.DeepEqual(want.Rows, got.Rows) {
		t.Error("other weights or figures than without the stop")
	}
}

func TestAugmentAndBalanceAreSettings(t *testing.T) {
	plain, augmented, balanced := job(t, t.TempDir()), job(t, t.TempDir()), job(t, t.TempDir())
	augmented.Augment, balanced.Balance = "flip", true
	if s := plain.Settings(); augmented.Settings() == s || balanced.Settings() == s {
		t.Error("a run may go on with other pictures than it began with")
	}
}
