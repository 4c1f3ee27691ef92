package stage

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/scene"
)

// looksAtRun asks about a finished run what the page asks; it was judged on n pictures
// of the test split.
func (h *heap) looksAtRun(name string, n int) {
	h.Helper()
	v := NewRuns(h.env)
	r, err := v.Find(h.Context(), name)
	if err != nil {
		h.Fatal(err)
	}
	if c, err := v.Curve(r); err != nil || len(c.Points) == 0 || c.Bad != 0 {
		h.Errorf("curve of %s: %+v, %v", name, c, err)
	}
	if fault, err := v.Folder(h.Context(), r); err != nil || fault != "" {
		h.Errorf("folder of %s: %q, %v", name, fault, err)
	}
	sets, err := v.Sets(h.Context(), r)
	if err != nil || len(sets) != 2 || sets[0].Key != "test" || sets[1].Key != SetChosen || sets[0].Judged == nil || sets[0].ReportPath() == "" {
		h.Fatalf("sets of %s: %+v, %v", name, sets, err)
	}
	a, err := v.Answers(r, sets[0])
	if err != nil || len(a.All) != n {
		h.Fatalf("answers of %s: %v", name, err)
	}
	told, figures := sets[0].Judged, a.Scores
	if figures.Accuracy != told.Accuracy || math.Abs(float64(figures.Loss-told.Loss)) > 1e-9 || math.Abs(float64(figures.ECE-told.ECE)) > 1e-9 || !slices.EqualFunc(a.Predictions.Confusion(), told.Confusion, slices.Equal) {
		h.Errorf("of its answers %+v, of evaluate %+v", figures, told)
	}
	if p := Pair(a, a, "ai"); p.N != n || p.P != 1 || len(p.Differ) != 0 {
		h.Errorf("a run against itself: %+v", p)
	}
}

// tries asks the model of a run about pictures; it says what predict says.
func (h *heap) tries(name string, want []Prediction) {
	h.Helper()
	t := NewTryout(h.env)
	defer func() {
		if err := t.Close(); err != nil {
			h.Error(err)
		}
	}()
	rows := h.inSplit(catalog.Test)
	at := slices.IndexFunc(want, func(p Prediction) bool { return p.Path == rows[0].Path })
	got, err := t.Image(h.Context(), name, rows[0].ID)
	if err != nil || got.Label != want[at].Label || math.Abs(got.Probability-want[at].Probability) > 1e-4 || len(got.Near) != nearShown || got.Learnt {
		h.Errorf("%s of %s: %+v, predict says %+v (%v)", name, rows[0].Path, got, want[at], err)
	}
	for _, n := range got.Near {
		if n.Row().Split != catalog.Train || n.Similarity > 1.0001 {
			h.Errorf("near: %+v", n)
		}
	}
	if got, err := t.Image(h.Context(), name, h.inSplit(catalog.Train)[0].ID); err != nil || !got.Learnt {
		h.Errorf("a picture that was learnt from: %+v, %v", got, err)
	}
	var invalid *imageio.Invalid
	if _, err := t.Picture(h.Context(), name, []byte("no picture")); !errors.As(err, &invalid) {
		h.Errorf("no picture: %v", err)
	}
	var model *ModelError
	if _, err := t.Picture(h.Context(), "nothing", nil); !errors.As(err, &model) || !errors.Is(err, catalog.ErrNoRun) {
		h.Errorf("no run: %v", err)
	}
}

// triesWhatIsNew asks about a picture that the catalogue has not. What a probe's
// classifier reads is kept of every picture; of a full run only what the encoder in the
// binary made, once dedup or embed has asked it.
func (h *heap) triesWhatIsNew(name, mode string) {
	h.Helper()
	t := NewTryout(h.env)
	defer func() {
		if err := t.Close(); err != nil {
			h.Error(err)
		}
	}()
	picture, err := edit.EncodeJPEG(scene.Render(4711, 96, 64), 80)
	if err != nil {
		h.Fatal(err)
	}
	if mode == ModeFull {
		if got, err := t.Picture(h.Context(), name, picture); err != nil || len(got.Near) != 0 || got.NearBy != "" {
			h.Errorf("without embeddings: %+v, %v", got, err)
		}
		o, err := Balanced.Embedding("")
		if err == nil {
			_, err = Embed(h.Context(), h.env, o)
		}
		if err != nil {
			h.Fatal(err)
		}
	}
	got, err := t.Picture(h.Context(), name, picture)
	if err != nil || len(got.Near) != nearShown || got.Width != 96 || builtin.Is(got.NearBy) != (mode == ModeFull) {
		h.Errorf("%+v, %v", got, err)
	}
}

func TestALogIsReadAsItGrows(t *testing.T) {
	dir := t.TempDir()
	r := RunInfo{RunRow: RunRow{Kind: kindDescriptor, Dir: &dir}}
	v := NewRuns(nil)
	if c, err := v.Curve(r); err != nil || len(c.Points) != 0 {
		t.Errorf("no log yet: %+v, %v", c, err)
	}
	path, first := filepath.Join(dir, "log.jsonl"), `{"step":1,"loss":2,"known":{"ap":0.5}}`+"\n"
	for _, text := range []string{first + `{"step":2,"lo`, first + `{"step":2,"loss":1,"known":{"ap":0.75}}` + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := v.Curve(r); err != nil || c.Bad != 0 || len(c.Points) != strings.Count(text, "\n") {
			t.Errorf("%q: %+v, %v", text, c, err)
		}
	}
	c, err := v.Curve(r)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := c.Series("known.ap", false); !slices.Equal(x, []float64{1, 2}) || !slices.Equal(y, []float64{.5, .75}) || c.Last() != 2 {
		t.Errorf("%v, %v", x, y)
	}
	m, err := v.Measured(r, int64(len(first)))
	if err != nil || len(m.Points) != 1 || m.Next != c.Next {
		t.Errorf("after the first line: %+v, %v", m, err)
	}
	if m, err = v.Measured(r, 1<<40); err != nil || len(m.Points) != 2 {
		t.Errorf("a log that has become shorter: %+v, %v", m, err)
	}
}

func TestPairedAnswers(t *testing.T) {
	give := func(label string, said ...string) *Answers {
		a := &Answers{}
		for i, s := range said {
			p := map[string]float64{"ai": .25, "real": .25}
			p[s] = .75
			a.All = append(a.All, Answer{SHA256: string(rune('a' + i)), Label: label, Said: s, Probability: .75, Probabilities: p})
		}
		a.Predictions = predictionsOf(a.All, "ai")
		return a
	}
	p := Pair(give("ai", "ai", "ai", "real", "real", "ai"), give("ai", "ai", "real", "ai", "real"), "ai")
	if p.N != 4 || p.BothRight != 1 || p.OnlyA != 1 || p.OnlyB != 1 || p.BothWrong != 1 || len(p.Differ) != 2 || p.P != 1 || p.A.Accuracy != .5 {
		t.Errorf("%+v", p)
	}
	if p := Pair(give("ai", "ai"), give("real", "real"), "ai"); p.N != 0 {
		t.Errorf("labels that have changed: %+v", p)
	}
	other := give("ai", "ai", "real", "ai", "real")
	other.Predictions = predictionsOf(other.All, "real") // trained with another positive class
	if q := Pair(other, give("ai", "ai", "ai", "real", "real"), "ai"); q.Positive != "ai" || q.A.Recall != .5 || q.B.Recall != .5 {
		t.Errorf("recall of ai %v and %v, want .5 of both", q.A.Recall, q.B.Recall)
	}
}

func TestSettingsOfAnyShape(t *testing.T) {
	got := Settings(json.RawMessage(`{"a":1.50,"b":{"c":"x","d":[1,"y"]},"e":null,"f":[{"g":1}],"h":true}`))
	want := []Setting{{"a", "1.50"}, {"b.c", "x"}, {"b.d", "1, y"}, {"h", "true"}}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for _, odd := range []string{"", "null", "[1]", `"x"`, `{"a":`, "7"} {
		if got := Settings(json.RawMessage(odd)); len(got) != 0 {
			t.Errorf("%q: %v", odd, got)
		}
	}
}

func TestAdviceForSilentRuns(t *testing.T) {
	now := time.Now()
	r := RunInfo{RunRow: RunRow{Kind: kindTrain, Status: catalog.Running, Started: now.Add(-time.Hour)}, Settings: json.RawMessage(`{"command":"curate train"}`)}
	v := NewRuns(nil)
	if a := v.Advise(r, &Curve{Updated: now.Add(-time.Minute)}, now); a != nil {
		t.Errorf("it wrote a minute ago: %+v", a)
	}
	if a := v.Advise(r, &Curve{Updated: now.Add(-20 * time.Minute)}, now); a == nil || a.Command != "curate train" || !strings.Contains(a.Text, "20m0s") {
		t.Errorf("it wrote 20 minutes ago: %+v", a)
	}
}

// A model is loaded once for all who ask at the same time, goes when nobody has asked
// for a while, and one that does not load is tried again.
func TestModelsStayOnTheShelf(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "model.safetensors"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, loads := &shelf{idle: time.Hour}, 0
	load := func() (*classifier, error) { loads++; return nil, nil }
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, done, err := s.take(t.Context(), dir, load)
			if err != nil {
				t.Error(err)
				return
			}
			done()
		})
	}
	all.Wait()
	if loads != 1 || len(s.models) != 1 {
		t.Errorf("loaded %d times, %d models stay", loads, len(s.models))
	}
	if err := s.close(); err != nil || len(s.models) != 0 {
		t.Errorf("%d models are left, %v", len(s.models), err)
	}
	if _, _, err := s.take(t.Context(), dir, load); err == nil {
		t.Error("a model is lent after the end")
	}
	s = &shelf{idle: time.Nanosecond}
	fails := func() (*classifier, error) { return nil, errors.New("broken") }
	for range 2 {
		if _, _, err := s.take(t.Context(), dir, fails); err == nil || err.Error() != "broken" {
			t.Errorf("a model that does not load: %v", err)
		}
	}
	_, done, err := s.take(t.Context(), dir, load)
	if err != nil {
		t.Fatal(err)
	}
	done()
	for {
		s.mu.Lock()
		n := len(s.models)
		s.mu.Unlock()
		if n == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	wait := make(chan struct{})
	if _, _, err := s.take(gone, dir, func() (*classifier, error) { <-wait; return nil, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("who has left is served: %v", err)
	}
	close(wait)
}
