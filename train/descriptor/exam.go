package descriptor

import (
	"fmt"
	"slices"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

const (
	heldPictures = 80 // as many as an exam takes
	heldKnown    = 4  // versions of each by edits of the kinds that training makes
	fewestOthers = 20 // held-out pictures that are worth an exam of their own
)

// Exam is what encoders are judged on: pictures that a job holds out and versions of
// them, always the same ones.
type Exam struct {
	viewer  *viewer
	edits   []edit.Edit // of the held kinds
	seed    uint64
	picture []int // of each version
	kind    []int // original, an edit like those of training, or one of a held kind
}

const (
	original = iota
	knownEdit
	heldEdit
)

// NewExam returns an exam on pictures that the job holds out: others than those by
// which [Fit] chooses the best weights, where there are enough.
func NewExam(j *Job) (*Exam, error) {
	_, held := hold(j.Pictures, j.Held)
	if len(held) < 2 {
		return nil, fmt.Errorf("%w: %d of %d are held out", ErrFewPictures, len(held), len(j.Pictures))
	}
	if len(held) >= heldPictures+fewestOthers {
		held = held[heldPictures:]
	}
	return newExam(held, j.Options), nil
}

// newExam makes an exam on some of the pictures.
func newExam(pictures []Picture, o Options) *Exam {
	pictures = pictures[:min(len(pictures), heldPictures)]
	x := &Exam{viewer: newViewer(pictures, o.HeldEdits), seed: o.Seed}
	for _, e := range edit.All() {
		if slices.Contains(o.HeldEdits, e.Name) {
			x.edits = append(x.edits, e)
		}
	}
	for i := range pictures {
		for k := range x.versions() {
			kind := knownEdit
			if k == 0 {
				kind = original
			} else if k > heldKnown {
				kind = heldEdit
			}
			x.picture, x.kind = append(x.picture, i), append(x.kind, kind)
		}
	}
	return x
}

// versions is how many there are of a picture.
func (x *Exam) versions() int { return 1 + heldKnown + len(x.edits) }

// Len is the number of versions.
func (x *Exam) Len() int { return len(x.picture) }

// Picture makes version i. It may be called from several goroutines at once.
func (x *Exam) Picture(i int) *raster.Picture {
	p, k := x.picture[i], i%x.versions()
	of := x.viewer.pictures[p]
	rng := edit.NewRand(x.seed, stream("held version "+of.ID)+uint64(k))
	switch x.kind[i] {
	case original:
		return of.Pixels
	case knownEdit:
		return x.viewer.view(rng, p)
	}
	return x.edits[k-1-heldKnown].Apply(rng, of.Pixels)
}

// Mark judges descriptors of the versions, rows of dim values: over pairs of originals
// and edits as training makes them, and over pairs of originals and edits of the held
// kinds.
func (x *Exam) Mark(rows []float32, dim int) (known, unseen Score) {
	without := func(kind int) func(i, k int) bool {
		return func(i, k int) bool { return x.kind[i] != kind && x.kind[k] != kind }
	}
	return score(rows, dim, x.picture, without(heldEdit)), score(rows, dim, x.picture, without(knownEdit))
}
