package stage

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/train"
)

// predict collects what Predict tells.
func (h *heap) predict(o PredictOptions) (got []Prediction, broken []UnusableInput, err error) {
	h.Helper()
	err = Predict(h.Context(), h.env, o, PredictSink{
		Picture:  func(p Prediction) error { got = append(got, p); return nil },
		Unusable: func(u UnusableInput) { broken = append(broken, u) },
	})
	return got, broken, err
}

func baseNames(all []Prediction) (out []string) {
	for _, p := range all {
		out = append(out, filepath.Base(p.Path))
	}
	return out
}

func TestPredict(t *testing.T) {
	h, o := trainHeap(t, 20)
	o.Mode = ModeProbe
	r := h.train(o)
	t.Run("order", func(t *testing.T) { predictKeepsTheOrder(t, h) })
	t.Run("a list that goes on", func(t *testing.T) { predictAnswersBeforeTheListEnds(t, h) })
	t.Run("a reader that is gone", func(t *testing.T) { predictStopsWhenItsReaderIsGone(t, h) })
	t.Run("temperature", func(t *testing.T) { predictWithATemperature(t, h, r.Dir) })
}

// What is said comes in the order in which it was asked, whether the names are given
// or listed; a name may stand twice.
func predictKeepsTheOrder(t *testing.T, h *heap) {
	one, two, three := h.path("real/002.png"), h.path("ai/001.png"), h.path("real/000.png")
	want := []string{"002.png", "001.png", "000.png", "002.png"}
	got, _, err := h.predict(PredictOptions{Paths: []string{one, two, three, one}})
	if err != nil || !slices.Equal(baseNames(got), want) {
		t.Fatalf("%v, %v", baseNames(got), err)
	}
	for name, c := range map[string]struct {
		text string
		null bool
	}{"lines": {strings.Join([]string{two, "", "gone.png", three}, "\n") + "\n", false}, "zero bytes": {two + "\x00gone\n.png\x00" + three, true}} {
		listed, broken, err := h.predict(PredictOptions{Paths: []string{one, PathList, one}, List: strings.NewReader(c.text), Null: c.null})
		if err != nil || !slices.Equal(baseNames(listed), want) || len(broken) != 1 || !strings.HasPrefix(broken[0].Path, "gone") {
			t.Errorf("%s: %v, broken %+v, %v", name, baseNames(listed), broken, err)
		}
		for i := range listed {
			if math.Abs(listed[i].Probability-got[i].Probability) > 1e-6 || listed[i].Temperature != nil {
				t.Errorf("%s: %+v, before %+v", name, listed[i], got[i])
			}
		}
	}
	for name, bad := range map[string]PredictOptions{
		"not there": {Paths: []string{one, h.path("nothing.png")}}, "twice": {Paths: []string{PathList, PathList}, List: strings.NewReader("")}, "no list": {Paths: []string{PathList}},
	} {
		if got, _, err := h.predict(bad); err == nil || len(got) > 0 {
			t.Errorf("%s: %d answers, %v", name, len(got), err)
		}
	}
}

// A list that is still being written is answered as far as it goes.
func predictAnswersBeforeTheListEnds(t *testing.T, h *heap) {
	names, write := io.Pipe()
	answered := make(chan string)
	done := make(chan error, 1)
	go func() {
		done <- Predict(t.Context(), h.env, PredictOptions{Paths: []string{PathList}, List: names}, PredictSink{
			Picture:  func(p Prediction) error { answered <- filepath.Base(p.Path); return nil },
			Unusable: func(u UnusableInput) { answered <- u.Path + ": " + u.Reason },
		})
	}()
	for _, name := range []string{"000.png", "002.png"} {
		if _, err := io.WriteString(write, h.path("real/"+name)+"\n"); err != nil {
			t.Fatal(err)
		}
		if got := <-answered; got != name {
			t.Errorf("%s was answered, %s was asked", got, name)
		}
	}
	write.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func predictStopsWhenItsReaderIsGone(t *testing.T, h *heap) {
	gone := errors.New("gone")
	err := Predict(context.Background(), h.env, PredictOptions{Paths: []string{h.dir}}, PredictSink{
		Picture: func(Prediction) error { return gone }, Unusable: func(UnusableInput) {},
	})
	if !errors.Is(err, gone) {
		t.Error(err)
	}
	names, write := io.Pipe() // a list that never ends must not hold it
	defer write.Close()
	go func() { _, _ = io.WriteString(write, h.path("real/000.png")+"\n") }()
	err = Predict(context.Background(), h.env, PredictOptions{Paths: []string{PathList}, List: names}, PredictSink{
		Picture: func(Prediction) error { return gone }, Unusable: func(UnusableInput) {},
	})
	if !errors.Is(err, gone) {
		t.Error(err)
	}
}

func predictWithATemperature(t *testing.T, h *heap, dir string) {
	file := filepath.Join(dir, train.CalibrationFile)
	if err := os.WriteFile(file, []byte(`{"n":9,"temperature":2,"threshold":0.5}`), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := PredictOptions{Paths: []string{h.path("real/000.png")}}
	own, _, err := h.predict(asked)
	if err != nil {
		t.Fatal(err)
	}
	asked.Calibrated = true
	got, _, err := h.predict(asked)
	if err != nil || got[0].Temperature == nil || *got[0].Temperature != 2 || got[0].Label != own[0].Label {
		t.Fatalf("%+v, %v", got, err)
	}
	odds := func(p float64) float64 { return math.Log(p / (1 - p)) }
	if math.Abs(odds(got[0].Probability)-odds(own[0].Probability)/2) > 1e-6 {
		t.Errorf("at a temperature of 2 %v, without %v", got[0].Probability, own[0].Probability)
	}
	for text, want := range map[string]string{`{"n":9}`: "no mistake", "": "no calibration"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := h.predict(asked); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
