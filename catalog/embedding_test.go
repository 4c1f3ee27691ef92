package catalog

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestVectors(t *testing.T) {
	c := fresh(t)
	ids := heap(t, c, 3)
	key := SpaceKey{ModelHash: "h", Model: "m", Layers: "last", Resolution: 224, Precision: "fp32", Preprocessing: 1, Purpose: ForHead, Dim: 3}
	s := must(c.EnsureSpace(t.Context(), key))(t)
	if again := must(c.EnsureSpace(t.Context(), key))(t); again.ID != s.ID {
		t.Error("a second space of the same key")
	}
	other := key
	other.Purpose = ForCopies
	o := must(c.EnsureSpace(t.Context(), other))(t)
	wrong := key
	wrong.Dim = 4
	if _, err := c.EnsureSpace(t.Context(), wrong); err == nil {
		t.Error("another length under the same key was taken")
	}
	in := []Vector{{ids[1], []float32{0.5, -0.25, 65504}}, {ids[0], []float32{0, 1, 2}}}
	if err := c.SaveVectors(t.Context(), s.ID, in); err != nil {
		t.Fatal(err)
	}
	in[1].Values = []float32{3, 4, 5}
	if err := errors.Join(c.SaveVectors(t.Context(), s.ID, in[1:]), c.SaveVectors(t.Context(), o.ID, in)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for v, err := range c.Vectors(t.Context(), s.ID) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(v.Image, v.Values))
	}
	if want := []string{fmt.Sprint(ids[0], []float32{3, 4, 5}), fmt.Sprint(ids[1], []float32{0.5, -0.25, 65504})}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	m, present, err := c.VectorsOf(t.Context(), s.ID, []ImageID{ids[2], ids[1], ids[1]})
	if want := []float32{0, 0, 0, 0.5, -0.25, 65504, 0.5, -0.25, 65504}; err != nil || !slices.Equal(m, want) || !slices.Equal(present, []bool{false, true, true}) {
		t.Errorf("got %v %v %v", m, present, err)
	}
	for name, v := range map[string][]float32{"short": {1}, "NaN": {1, 2, float32(math.NaN())}, "infinite": {1, 2, float32(math.Inf(1))}, "large": {65505, 0, 0}} {
		if err := c.SaveVectors(t.Context(), s.ID, []Vector{{ids[2], v}}); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := c.SaveVectors(t.Context(), 99, in); err == nil {
		t.Error("an unknown space was taken")
	}
	if err := drain(c.Vectors(t.Context(), 99)); err == nil {
		t.Error("an unknown space was read")
	}
	if err := c.SetCalibration(t.Context(), s.ID, []byte{1, 2}, []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	ss := must(c.Spaces(t.Context()))(t)
	if len(ss) != 2 || ss[0].ID != o.ID || string(ss[1].Calibration) != `{"a":1}` || len(ss[1].Whitening) != 2 || ss[1].SpaceKey != key {
		t.Errorf("spaces %+v", ss)
	}
}
