package stage

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/ort/orttest"
	"github.com/curate/curate/internal/runtimelib"
	"github.com/curate/curate/internal/vit/vittest"
	"github.com/curate/curate/train"
)

// sourcedHeap has two generators and a source of photos, told by a manifest's columns.
func sourcedHeap(t *testing.T) (*heap, TrainOptions) {
	t.Helper()
	t.Setenv(runtimelib.Env, orttest.Open(t).Path())
	h := newHeap(t)
	var manifest bytes.Buffer
	fmt.Fprintln(&manifest, "path\tlabel\tsource\tgenerator")
	for i := range 60 {
		name, line := fmt.Sprintf("real/%03d.png", i), "real\tweb\t"
		if i%2 == 1 {
			name, line = fmt.Sprintf("ai/%03d.png", i), "ai\tlab\t"+[]string{"sd", "dalle"}[i/2%2]
		}
		h.draw(uint64(i), name)
		fmt.Fprintf(&manifest, "%s\t%s\n", name, line)
	}
	h.write("heap.tsv", manifest.Bytes())
	m, err := ingest.OpenManifest(h.path("heap.tsv"), catalog.Canonical)
	if err != nil {
		t.Fatal(err)
	}
	h.ingest(func(o *IngestOptions) { o.Manifest = m })
	o := h.trainable(vittest.Folder(t, vittest.Config))
	o.Mode = ModeProbe
	return h, o
}

// Everything that an evaluation can be asked, of a probe and against another one.
func TestEvaluateAnswersAllQuestions(t *testing.T) {
	h, o := sourcedHeap(t)
	first := h.train(o)
	o.Out, o.Positive = filepath.Join(h.dir, "..", "second"), "real"
	second := h.train(o)
	asked := EvaluateOptions{Split: "test", By: EvaluateFields(), Robustness: true, Sample: 3, LeaveOut: "generator", Against: first.Run}
	r, err := Evaluate(t.Context(), h.env, asked)
	if err != nil {
		t.Fatal(err)
	}
	if r.Run != second.Run || r.Positive != "real" || !r.OneClass || r.WorstSource == nil || r.ThresholdFrom == nil || *r.ThresholdFrom != "validation" {
		t.Errorf("%+v", r)
	}
	for _, g := range r.Per["generator"] {
		if ci := g.CI["accuracy"]; !(ci[0] <= g.Accuracy && g.Accuracy <= ci[1]) {
			t.Errorf("%s: %v outside %v", g.Key, g.Accuracy, ci)
		}
	}
	if len(r.Robustness) != 20 || r.Robustness[0].Kind != "none" || r.Robustness[0].N != 3 || r.Robustness[19].Kind != "screenshot" || r.Robustness[6].Strength != "30" {
		t.Errorf("%d cells: %+v", len(r.Robustness), r.Robustness)
	}
	h.leftOut(r)
	if x := r.Against; x.Run != first.Run || x.N != r.N || x.OnlyThis+x.OnlyOther != 0 || x.McNemar != 1 || math.Abs(float64(x.Differences["accuracy"].Change)) > 0 {
		t.Errorf("the same probe with another name of the positive class: %+v", x)
	}
	page, err := os.ReadFile(r.Report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Here the source tells the label", "Without one generator", "Against " + first.Run, "Screenshot", "quality 95", "Images by generator", "kept together by", "dedup has not run"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in the report", want)
		}
	}
}

// leftOut holds what is said of generators that were left out.
func (h *heap) leftOut(r EvaluateResult) {
	h.Helper()
	l := r.LeaveOneOut
	if l == nil || !l.OfRun || l.Cost != nil || len(l.Rows) != 2 || l.Rows[0].Value != "dalle" || l.Rows[1].Value != "sd" {
		h.Fatalf("%+v", l)
	}
	real := r.N - r.Per["generator"][1].N - r.Per["generator"][2].N
	for i, row := range l.Rows {
		if row.N != r.Per["generator"][i+1].N || row.Others != real || row.Learnt >= 42 || row.Learnt < 21 || row.Problem != "" || math.IsNaN(float64(row.AUC)) {
			h.Errorf("%+v", row)
		}
	}
	if math.IsNaN(float64(l.Mean.Recognised)) {
		h.Errorf("%+v", l.Mean)
	}
}

// What a run has learnt leaves nothing to learn from where a field is the label itself.
func TestLeavingTheOnlySourceOfAClassOut(t *testing.T) {
	h, o := sourcedHeap(t)
	h.train(o)
	r, err := Evaluate(t.Context(), h.env, EvaluateOptions{Split: "test", LeaveOut: "source"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range r.LeaveOneOut.Rows {
		if row.Problem != train.ErrOneClass.Error() || !math.IsNaN(float64(row.AUC)) {
			t.Errorf("%+v", row)
		}
	}
	for name, o := range map[string]EvaluateOptions{
		"a folder": {Folder: h.dir, LeaveOut: "source"}, "no field": {Split: "test", LeaveOut: "colour"}, "no run": {Split: "test", Against: "full-9"},
		"itself": {Split: "test", Against: "probe-1"}, "a sample": {Split: "test", Sample: -1},
	} {
		if _, err := Evaluate(t.Context(), h.env, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAuditStandsFirst(t *testing.T) {
	for text, want := range map[string]string{
		"": "", `{"verdict":"leaks","finding":"The format tells.","auc":0.99,"columns":[{"name":"format","auc":0.97}]}`: "bad: The format tells. AUC without pixels 0.990 given away by format (0.970 alone)",
		`{"verdict":"hints","finding":"A bit."}`: "warn: A bit.", `{"verdict":"clean","finding":"Fine.","auc":0.5}`: "good: Fine. AUC without pixels 0.500",
		`{"verdict":"unknown"}`: "", "{": "warn: unexpected EOF",
	} {
		dir := t.TempDir()
		if text != "" {
			if err := os.WriteFile(filepath.Join(dir, AuditFile), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got := ""
		for _, f := range auditFindings(dir) {
			got = f.Level + ": " + f.Text
			for _, x := range f.Facts {
				got += " " + x.Name + " " + x.Value
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// Edits of a picture hang on the picture alone, and all of them have a row in the grid.
func TestRobustEdits(t *testing.T) {
	kinds := map[string]bool{}
	for _, k := range robustKinds {
		kinds[k.kind] = true
	}
	for _, e := range edit.Robustness() {
		kind, _, _ := strings.Cut(e.Name, "=")
		if !kinds[kind] {
			t.Errorf("%s is in no row", e.Name)
		}
	}
	if a, b := editRand("a").Uint64(), editRand("a").Uint64(); a != b || a == editRand("b").Uint64() {
		t.Error("chance hangs on something else than the picture")
	}
	if got := sample(10, 4); fmt.Sprint(got) != "[0 2 5 7]" || len(sample(3, 0)) != 3 || len(sample(3, 9)) != 3 {
		t.Errorf("sample %v", got)
	}
}
