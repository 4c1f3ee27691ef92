package stage

import (
	"bytes"
	"errors"
	"testing"
)

func TestCalibrateIsStoredAndRepeats(t *testing.T) {
	h, o := embedHeap(t, 30)
	options := CalibrateOptions{Model: o.Model, Edits: 3, Seed: 1}
	r, first, key, err := Calibrate(t.Context(), h.env, options)
	if err != nil {
		t.Fatal(err)
	}
	if r.Images != 30 || r.Pairs != 90 || r.Dim != 96 || key.Model == "" || key.Layers != r.Layers {
		t.Errorf("%+v, key %+v", r, key)
	}
	for at, p := range r.PrecisionAt {
		if recall, ok := r.RecallAt[at]; !ok || !(p >= 0 && p <= 1 && recall >= 0 && recall <= 1) {
			t.Errorf("at %s: precision %g, recall %g", at, p, recall)
		}
	}
	_, second, _, err := Calibrate(t.Context(), h.env, options)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := first.MarshalBinary()
	b, _ := second.MarshalBinary()
	if !bytes.Equal(a, b) {
		t.Error("the same pictures and seed give another calibration")
	}
	d := h.dedup(DedupOptions{Model: o.Model})
	if d.Calibration == nil || *d.Calibration != ownPictures {
		t.Errorf("dedup uses the calibration %v", d.Calibration)
	}
}

func TestCalibrateNeedsPictures(t *testing.T) {
	h, o := embedHeap(t, 5)
	if _, _, _, err := Calibrate(t.Context(), h.env, CalibrateOptions{Model: o.Model}); !errors.Is(err, errFewPictures) {
		t.Errorf("error %v, want %v", err, errFewPictures)
	}
}
