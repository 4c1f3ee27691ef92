package descriptor

import (
	"context"
	"slices"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

const (
	heldPictures = 80 // as many as a measurement takes
	heldKnown    = 4  // versions of each by edits of the kinds that training makes
)

// heldSet is what a run is judged on: held-out pictures and versions of them, the
// same at every measurement, cut into patches.
type heldSet struct {
	patches []float32
	picture []int
	kind    []int // of each version: original, an edit like those of training, or one of a held kind
}

const (
	original = iota
	knownEdit
	heldEdit
)

// newHeldSet makes the versions.
func newHeldSet(ctx context.Context, f *feed, pictures []Picture, o Options) (*heldSet, error) {
	pictures = pictures[:min(len(pictures), heldPictures)]
	v := newViewer(pictures, o.HeldEdits)
	var held []edit.Edit
	for _, e := range edit.All() {
		if slices.Contains(o.HeldEdits, e.Name) {
			held = append(held, e)
		}
	}
	h := &heldSet{}
	per := 1 + heldKnown + len(held)
	for i := range pictures {
		for k := range per {
			kind := knownEdit
			if k == 0 {
				kind = original
			} else if k > heldKnown {
				kind = heldEdit
			}
			h.picture, h.kind = append(h.picture, i), append(h.kind, kind)
		}
	}
	h.patches = make([]float32, len(h.picture)*f.values())
	return h, f.fill(ctx, h.patches, len(h.picture), func(i int) *raster.Picture {
		p, k := i/per, i%per
		rng := edit.NewRand(o.Seed, stream("held version "+pictures[p].ID)+uint64(k))
		switch h.kind[i] {
		case original:
			return pictures[p].Pixels
		case knownEdit:
			return v.view(rng, p)
		}
		return held[k-1-heldKnown].Apply(rng, pictures[p].Pixels)
	})
}

// measure judges the current weights: over pairs of originals and edits as training
// makes them, and over pairs of originals and edits of the held kinds.
func (h *heldSet) measure(ctx context.Context, k *machine) (known, unseen Score, err error) {
	rows := make([]float32, len(h.picture)*k.dim)
	if err := k.describe(ctx, h.patches, rows, nil); err != nil {
		return known, unseen, err
	}
	without := func(kind int) func(i, k int) bool {
		return func(i, k int) bool { return h.kind[i] != kind && h.kind[k] != kind }
	}
	return score(rows, k.dim, h.picture, without(heldEdit)), score(rows, k.dim, h.picture, without(knownEdit)), nil
}
