package stage

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/curate/curate/catalog"
)

// next is what status says is to be done.
func (h *heap) next() string {
	h.Helper()
	r, err := Status(h.Context(), h.env)
	if err != nil {
		h.Fatal(err)
	}
	if r.Next == nil {
		return ""
	}
	return *r.Next
}

// An evaluation is a run of its own, so status knows that it was done, and that a
// later model is not judged yet.
func TestEvaluationsAreRecorded(t *testing.T) {
	h, o := trainHeap(t, 40)
	h.check(CheckOptions{})
	h.dedup(DedupOptions{Model: o.Model})
	o.Mode = ModeProbe
	h.train(o)
	if got := h.next(); got != "curate evaluate" {
		t.Fatalf("after train: %q", got)
	}
	want, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.next(); got != "" {
		t.Errorf("after evaluate: %q", got)
	}
	run, err := h.env.Catalog.RunByName(t.Context(), "evaluate-1")
	if err != nil {
		t.Fatal(err)
	}
	var settings evaluateSettings
	var figures EvaluateResult
	if err := json.Unmarshal(run.Settings, &settings); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(run.Metrics, &figures); err != nil {
		t.Fatal(err)
	}
	if run.Status != catalog.Done || run.Dir != filepath.Dir(want.Report) || settings.Run != "probe-1" || figures.Accuracy != want.Accuracy || figures.N != want.N {
		t.Errorf("%+v, %+v, %+v", run, settings, figures)
	}
	o.Out = filepath.Join(h.dir, "..", "next")
	next := h.train(o)
	if got := h.next(); got != "curate evaluate" {
		t.Errorf("after another train: %q", got)
	}
	if err := os.Remove(filepath.Join(next.Dir, "model.safetensors")); err != nil {
		t.Fatal(err)
	}
	if _, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test"}); err == nil {
		t.Fatal("a model without weights is judged")
	}
	if run, err = h.env.Catalog.RunByName(t.Context(), "evaluate-2"); err != nil || run.Status != catalog.Failed {
		t.Errorf("%+v, %v", run, err)
	}
}
