// Package track keeps the curve of a training run where people look at it: JSON
// lines, TensorBoard event files, and the trainer_state.json of Transformers'
// Trainer.
//
// A run makes [Point]s; a [Tracker] takes them one by one ([NewJSONL],
// [NewTensorBoard]), [WriteState] takes all of them at once. The package reads
// nothing back and computes nothing.
package track

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Point is what was measured at one step. Names are those of Transformers'
// Trainer: loss, learning_rate and grad_norm while training, eval_loss,
// eval_accuracy and so on after an epoch.
type Point struct {
	Step   int                `json:"step"`
	Epoch  float64            `json:"epoch"`
	Time   time.Time          `json:"time"`
	Values map[string]float64 `json:"values"`
}

// names returns the names of the values in order.
func (p Point) names() []string {
	var out []string
	for n := range p.Values {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// flat is the point as one JSON object. What is no number (a loss that
// overflowed) is null, as JSON has no other word for it.
func (p Point) flat() map[string]any {
	m := map[string]any{"step": p.Step, "epoch": p.Epoch}
	for n, v := range p.Values {
		m[n] = v
		if math.IsNaN(v) || math.IsInf(v, 0) {
			m[n] = nil
		}
	}
	return m
}

// Tracker takes points in the order of their steps.
type Tracker interface {
	Log(Point) error
	Close() error
}

// All makes one tracker of several.
type All []Tracker

// Log passes the point to every tracker.
func (a All) Log(p Point) error {
	var err error
	for _, t := range a {
		err = errors.Join(err, t.Log(p))
	}
	return err
}

// Close closes every tracker.
func (a All) Close() error {
	var err error
	for _, t := range a {
		err = errors.Join(err, t.Close())
	}
	return err
}

// MetricsFile is the name of the file that NewJSONL writes.
const MetricsFile = "metrics.jsonl"

type jsonl struct{ f *os.File }

// NewJSONL starts metrics.jsonl in folder anew: one point a line, with its time.
func NewJSONL(folder string) (Tracker, error) {
	f, err := os.Create(filepath.Join(folder, MetricsFile))
	if err != nil {
		return nil, fmt.Errorf("track a run: %w", err)
	}
	return &jsonl{f}, nil
}

func (j *jsonl) Log(p Point) error {
	m := p.flat()
	m["time"] = p.Time.UTC().Format(time.RFC3339Nano)
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("track a run: %w", err)
	}
	if _, err := j.f.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("track a run: %w", err)
	}
	return nil
}

func (j *jsonl) Close() error { return j.f.Close() }
