package neighbours

import (
	"reflect"
	"testing"

	"github.com/curate/curate/dedup"
)

// Some pictures have the neighbours that they have when all are compared.
func TestNearestToIsNearest(t *testing.T) {
	h := crowd(block+30, 3)
	for i := range h.Group {
		h.Group[i] = i / 2
	}
	all := nearest(t, h, 4)
	at := []int{block + 7, 0, 3, 3, block}
	got, err := h.NearestTo(t.Context(), at, 4, dedup.Plain{})
	if err != nil {
		t.Fatal(err)
	}
	for k, i := range at {
		if len(got[k]) != 4 || !reflect.DeepEqual(places(got[k]), places(all[i])) {
			t.Errorf("picture %d: %v, want %v", i, got[k], all[i])
		}
	}
	if got, err := h.NearestTo(t.Context(), nil, 4, dedup.Plain{}); err != nil || len(got) != 0 {
		t.Errorf("of none: %v (%v)", got, err)
	}
}

func places(list []Neighbour) (out []int) {
	for _, n := range list {
		out = append(out, n.Index)
	}
	return out
}
