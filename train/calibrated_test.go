package train

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/curate/curate/train/metrics"
)

// sure are answers of which a tenth is wrong, all with a probability of .99.
func sure() *metrics.Predictions {
	p := &metrics.Predictions{Classes: []string{"ai", "real"}}
	for i := range 40 {
		l := i % 2
		row := []float64{.01, .01}
		row[l] = .99
		if i%10 < 2 && i >= 20 { // wrong, of both classes
			row[0], row[1] = row[1], row[0]
		}
		p.Label, p.Prob = append(p.Label, l), append(p.Prob, row...)
	}
	return p
}

func TestCalibrationIsKeptAndUsed(t *testing.T) {
	p, dir := sure(), t.TempDir()
	if c, err := ReadCalibration(dir); c != nil || err != nil {
		t.Errorf("no calibration is there: %v, %v", c, err)
	}
	if err := Calibrate(p).Write(dir); err != nil {
		t.Fatal(err)
	}
	c, err := ReadCalibration(dir)
	if err != nil || c.On != "validation" || c.N != 40 || c.Temperature == nil || c.Threshold == nil {
		t.Fatalf("%+v, %v", c, err)
	}
	// Right nine times of ten, it must say .9: z/T = ln 9 where z = ln 99.
	if want := math.Log(99) / math.Log(9); math.Abs(*c.Temperature-want) > 1e-6 || c.ECEAfter > 1e-6 || math.Abs(float64(c.ECE)-.09) > 1e-9 {
		t.Errorf("temperature %v, want %v; %+v", *c.Temperature, want, c)
	}
	e, err := Evaluate(p, Known{}, c, 0)
	if err != nil || e.ThresholdFrom != "validation" || e.Tempered == nil || e.Tempered.ECE > 1e-6 || e.Tempered.Accuracy != e.Scores.Accuracy {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestDamagedCalibrationsAreSaid(t *testing.T) {
	for text, want := range map[string]string{"{": "damaged", `{"temperature":0}`: "that there is not", `{"threshold":2}`: "that there is not"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, CalibrationFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCalibration(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestNothingToFitIsNoCalibration(t *testing.T) {
	p := &metrics.Predictions{Classes: []string{"a", "b", "c"}, Label: []int{0, 1}, Prob: []float64{.8, .1, .1, .2, .7, .1}}
	if c := Calibrate(p); c.Temperature != nil || c.Threshold != nil || c.Balanced != 1 || c.LossAfter != c.Loss {
		t.Errorf("no mistake, three classes: %+v", c)
	}
}
