package edit_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

func TestHardEdits(t *testing.T) {
	src, other := plaid(120, 90), plaid(50, 77)
	before := src.Clone()
	others := func(*rand.Rand) *raster.Picture { return other }
	for _, e := range edit.Hard(others) {
		a, b := e.Apply(edit.NewRand(7, 1), src), e.Apply(edit.NewRand(7, 1), src)
		checkSound(t, a)
		if !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: two runs from one seed differ", e.Name)
		}
		if a.W == src.W && a.H == src.H && difference(a, src) < 2 {
			t.Errorf("%s: mean difference of %.2f grey levels", e.Name, difference(a, src))
		}
		if !bytes.Equal(src.Pix, before.Pix) {
			t.Fatalf("%s wrote to its source", e.Name)
		}
		for _, size := range [][2]int{{1, 1}, {1, 9}, {3, 600}} {
			checkSound(t, e.Apply(edit.NewRand(1, 1), plaid(size[0], size[1])))
		}
	}
	if with, without := len(edit.Hard(others)), len(edit.Hard(nil)); without != with-3 {
		t.Errorf("%d hard edits without another picture, %d with one", without, with)
	}
}
