package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/train/metrics"
)

// CalibrationFile, in the folder of a run, holds its [Calibration].
const CalibrationFile = "calibration.json"

// Calibration is what was learnt from a run's validation pictures about its answers,
// and from no others: how sure to be of them, and from which probability on to say
// the positive class.
type Calibration struct {
	On string `json:"on"` // "validation"
	N  int    `json:"n"`  // pictures
	// Temperature is what logits are divided by; nil where there is none that is best:
	// the model makes no mistake there.
	Temperature *float64 `json:"temperature"`
	// Threshold of the positive class gives the most balanced accuracy; nil with more
	// than two classes, or where one was missing.
	Threshold *float64      `json:"threshold"`
	Balanced  metrics.Value `json:"balanced_accuracy"` // at the threshold, on the same pictures
	Loss      metrics.Value `json:"loss"`              // as the model is
	LossAfter metrics.Value `json:"loss_calibrated"`   // with the temperature, or as the model is
	ECE       metrics.Value `json:"ece"`
	ECEAfter  metrics.Value `json:"ece_calibrated"`
}

// Calibrate fits a calibration to answers for validation pictures.
func Calibrate(p *metrics.Predictions) Calibration {
	before := p.Score()
	c := Calibration{On: "validation", N: len(p.Label), Loss: before.Loss, ECE: before.ECE, LossAfter: before.Loss, ECEAfter: before.ECE}
	if t, ok := p.Temperature(); ok {
		after := p.Tempered(t).Score()
		c.Temperature, c.LossAfter, c.ECEAfter = &t, after.Loss, after.ECE
	}
	at, ok := p.BestThreshold()
	if ok {
		c.Threshold = &at
	}
	c.Balanced = p.BalancedAccuracy(at)
	return c
}

// Write writes the calibration into the folder of its run.
func (c Calibration) Write(dir string) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", CalibrationFile, err)
	}
	return atomicfile.WriteFile(filepath.Join(dir, CalibrationFile), append(text, '\n'), 0o644)
}

// ReadCalibration reads the calibration of the run in dir, nil if it has none: it was
// judged on no validation pictures, or by a version of curate that made none.
func ReadCalibration(dir string) (*Calibration, error) {
	path := filepath.Join(dir, CalibrationFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c := &Calibration{}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): remove it to go on without a calibration", path, err)
	}
	if bad := c.Temperature != nil && !(*c.Temperature > 0); bad || c.Threshold != nil && !(*c.Threshold >= 0 && *c.Threshold <= 1) {
		return nil, fmt.Errorf("%s says a temperature or a threshold that there is not: remove it to go on without a calibration", path)
	}
	return c, nil
}

// at is the threshold that figures are taken at, and where it comes from.
func (c *Calibration) at() (threshold float64, from string) {
	if c == nil || c.Threshold == nil {
		return metrics.Half, ""
	}
	return *c.Threshold, c.On
}
