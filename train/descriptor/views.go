package descriptor

import (
	"math/rand/v2"
	"slices"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

// viewer makes edited versions of pictures.
type viewer struct {
	pictures []Picture
	easy     []edit.Edit
	hard     []edit.Edit
	turns    []edit.Edit
}

// newViewer makes versions of pictures that are no edits of the held kinds.
func newViewer(pictures []Picture, held []string) *viewer {
	v := &viewer{pictures: pictures}
	v.hard = edit.Hard(func(rng *rand.Rand) *raster.Picture { return pictures[rng.IntN(len(pictures))].Pixels })
	for _, e := range edit.All() {
		if !slices.Contains(held, e.Name) {
			v.easy = append(v.easy, e)
		}
	}
	v.turns = []edit.Edit{edit.Mirror(), edit.Mirror(), edit.Mirror(), edit.Turn(90), edit.Turn(180), edit.Turn(270)}
	return v
}

// view returns a version of picture k: usually a chain of one to three edits, one
// of them hard in half of the cases, and in three of ten cases turned or mirrored
// besides.
func (v *viewer) view(rng *rand.Rand, k int) *raster.Picture {
	p := v.pictures[k].Pixels
	links := []int{0, 1, 1, 1, 2, 2, 2, 2, 3, 3}[rng.IntN(10)]
	hard := rng.IntN(2 * max(1, links)) // the link that is hard; in half of the cases none
	for i := range links {
		from := v.easy
		if i == hard {
			from = v.hard
		}
		p = from[rng.IntN(len(from))].Apply(rng, p)
	}
	if rng.IntN(10) < 3 {
		p = v.turns[rng.IntN(len(v.turns))].Apply(rng, p)
	}
	return p
}
