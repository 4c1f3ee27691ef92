package descriptor

import (
	"context"
)

// heldSet is the exam of a run, its versions cut into patches.
type heldSet struct {
	*Exam
	patches []float32
}

// newHeldSet makes the versions.
func newHeldSet(ctx context.Context, f *feed, pictures []Picture, o Options) (*heldSet, error) {
	h := &heldSet{Exam: newExam(pictures, o)}
	h.patches = make([]float32, h.Len()*f.values())
	return h, f.fill(ctx, h.patches, h.Len(), h.Picture)
}

// measure judges the current weights.
func (h *heldSet) measure(ctx context.Context, k *machine) (known, unseen Score, err error) {
	rows := make([]float32, h.Len()*k.dim)
	if err := k.describe(ctx, h.patches, rows, nil); err != nil {
		return known, unseen, err
	}
	known, unseen = h.Mark(rows, k.dim)
	return known, unseen, nil
}
