package stage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/scene"
)

// cropsHeap is a heap of scenes, some of them with a crop beside them, for the encoder
// inside the program, of which a calibration is known.
func cropsHeap(t *testing.T, scenes, crops int) (*heap, DedupOptions) {
	t.Helper()
	t.Setenv(runtimelib.Env, orttest.Open(t).Path())
	h := newHeap(t)
	h.env.Home, h.env.Device = t.TempDir(), "cpu"
	for i := range scenes {
		p := scene.Render(uint64(i), 192, 144)
		pictures := map[string][]byte{}
		var err error
		if pictures["scene"], err = edit.EncodeJPEG(p, 95); err != nil {
			t.Fatal(err)
		}
		if i < crops {
			cut := edit.Crop(.9).Apply(edit.NewRand(uint64(i), 1), p)
			if pictures["crop"], err = edit.EncodeJPEG(cut, 80); err != nil {
				t.Fatal(err)
			}
		}
		for kind, data := range pictures {
			h.write(fmt.Sprintf("%s/%d.jpg", kind, i), data)
		}
	}
	h.ingest()
	return h, DedupOptions{Quality: Fast}
}

// found returns how many crops dedup takes for copies, and how many scenes it loses.
func (h *heap) found(o DedupOptions) (crops, wrong int) {
	h.Helper()
	h.dedup(o)
	status := h.statuses()
	for name, s := range status {
		if place, is := strings.CutPrefix(name, "crop/"); is && (s == catalog.Removed) != (status["scene/"+place] == catalog.Removed) {
			crops++
		}
	}
	return crops, len(names(status, catalog.Removed)) - crops
}

// A calibration learnt from few pictures, with copies among them, must not find less
// than the known one; and there is a way back to that.
func TestCalibrateDoesNoHarm(t *testing.T) {
	h, o := cropsHeap(t, 30, 10)
	known, wrong := h.found(o)
	if known < 4 || wrong > 0 {
		t.Fatalf("with the known calibration %d of 10 crops are found, and %d others removed", known, wrong)
	}
	em, err := o.Quality.Embedding("")
	if err != nil {
		t.Fatal(err)
	}
	c := CalibrateOptions{Model: em.Model, Layers: em.Layers, Resolution: em.Resolution, Edits: 3, Seed: 42, Command: "test"}
	r, _, _, err := Calibrate(t.Context(), h.env, c)
	if err != nil {
		t.Fatal(err)
	}
	if r.Images > 30+10-known || !r.KeptWhitening || r.Refused != "" || r.Before == nil {
		t.Errorf("learnt from %d pictures, %d of which are copies: %+v", r.Images, known, r)
	}
	if own, wrong := h.found(o); own < known || wrong > 0 {
		t.Errorf("of 10 crops %d are found, and %d others removed; before calibrate it was %d", own, wrong, known)
	}
	f, err := ForgetCalibration(t.Context(), h.env, c)
	if err != nil || !f.Forgotten || !f.Known {
		t.Errorf("forget: %+v, %v", f, err)
	}
	if d := h.dedup(o); d.Removed != known {
		t.Errorf("%d are removed after the calibration was forgotten, %d before there was one", d.Removed, known)
	}
}

func TestCalibrateRefuses(t *testing.T) {
	good := trial{Cosine: .6, Precision: .99, Recall: .8}
	for name, c := range map[string]struct {
		now    trial
		before *trial
		why    string
	}{
		"nothing to compare with":          {good, nil, ""},
		"a little less":                    {trial{.6, .99, .76}, &good, ""},
		"more found, as rightly":           {trial{.5, .98, .95}, &good, ""},
		"clearly less":                     {trial{.7, .99, .74}, &good, "may fall by 0.05"},
		"more found, far less rightly":     {trial{.3, .8, .9}, &good, "may fall by 0.05"},
		"no cosine is that high":           {trial{1.039, 1, .2}, nil, "none over 1"},
		"next to nothing is found":         {trial{.9, 1, .02}, nil, "the least that makes sense"},
		"as bad as what is in force, but!": {trial{.9, 1, .02}, &trial{.9, 1, .02}, "the least that makes sense"},
	} {
		if got := refuse(c.now, c.before); (got == "") != (c.why == "") || !strings.Contains(got, c.why) {
			t.Errorf("%s: refused with %q, want %q", name, got, c.why)
		}
	}
}

// What is refused leaves everything as it is.
func TestCalibrateKeepsWhatIsBetter(t *testing.T) {
	h, o := embedHeap(t, 30)
	options := CalibrateOptions{Model: o.Model, Edits: 3, Seed: 1}
	_, model, _, err := Calibrate(t.Context(), h.env, options)
	if err != nil {
		t.Fatal(err)
	}
	spaces, err := h.env.Catalog.Spaces(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// One that takes every edit for a copy and no stranger for one.
	for i := range model.Calibration.Copies.Log {
		model.Calibration.Copies.Log[i] = 0
	}
	model.Calibration.Strangers.Power = 1000
	if err := storeModel(t.Context(), h.env, spaces[0], model, "test"); err != nil {
		t.Fatal(err)
	}
	r, _, _, err := Calibrate(t.Context(), h.env, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%q %+v %+v", r.Refused, r.Now, r.Before)
	after, err := h.env.Catalog.Spaces(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Refused == "" || !bytes.Equal(after[0].Calibration, storedCurve(t, model)) {
		t.Errorf("a worse calibration is in force: %+v, before %+v", r.Now, r.Before)
	}
}

func storedCurve(t *testing.T, m *calibrate.Model) []byte {
	t.Helper()
	curve, err := json.Marshal(m.Calibration)
	if err != nil {
		t.Fatal(err)
	}
	return curve
}
