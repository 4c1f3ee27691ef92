package stage

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/curate/curate/catalog"
)

func TestCalibrateIsStoredAndRepeats(t *testing.T) {
	h, o := embedHeap(t, 30)
	options := CalibrateOptions{Model: o.Model, Edits: 3, Seed: 1}
	r, first, key, err := Calibrate(t.Context(), h.env, options)
	if err != nil {
		t.Fatal(err)
	}
	if r.Images != 30 || r.Pairs != 180 || r.Dim != 64 || key.Model == "" || key.Layers != r.Layers {
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

// What the user says of pairs enters the calibration, if their pictures are embedded.
func TestCalibrateHearsVerdicts(t *testing.T) {
	h, o := embedHeap(t, 30)
	h.embed(EmbedOptions{Model: o.Model, NoHead: true})
	options := CalibrateOptions{Model: o.Model, Edits: 3, Seed: 1}
	before, _, _, err := Calibrate(t.Context(), h.env, options)
	if err != nil {
		t.Fatal(err)
	}
	var said []catalog.Decision
	for i := range 4 {
		said = append(said, catalog.Decision{Kind: catalog.Same, Image: h.id(fmt.Sprintf("%03d.png", 2*i)), Other: h.id(fmt.Sprintf("%03d.png", 2*i+1))})
	}
	if _, _, err := h.env.Catalog.Decide(t.Context(), "test", said); err != nil {
		t.Fatal(err)
	}
	after, _, _, err := Calibrate(t.Context(), h.env, options)
	if err != nil {
		t.Fatal(err)
	}
	if before.Verdicts != 0 || after.Verdicts != len(said) {
		t.Errorf("%d verdicts were heard before any was given, %d after %d", before.Verdicts, after.Verdicts, len(said))
	}
	if after.CosineAt["0.5"] == before.CosineAt["0.5"] {
		t.Error("what was said of pairs changes nothing")
	}
}

func TestCalibrateNeedsPictures(t *testing.T) {
	h, o := embedHeap(t, 5)
	if _, _, _, err := Calibrate(t.Context(), h.env, CalibrateOptions{Model: o.Model}); !errors.Is(err, errFewPictures) {
		t.Errorf("error %v, want %v", err, errFewPictures)
	}
}
