// Package metrics says how good a classifier's probabilities are.
//
// Put them into [Predictions] and call [Predictions.Score], [Predictions.Confusion],
// [Predictions.Intervals] or [Predictions.By]; [Predictions.ROC] and [Predictions.PR]
// are curves, [Predictions.Temperature] and [Predictions.BestThreshold] are fitted on
// pictures that figures are not taken from, and [Compare] and [McNemar] tell whether
// one classifier is better than another. With two classes precision, recall,
// F1, AUC and average precision are those of the positive class; with more they
// are macro averages: the plain mean over the classes that occur among labels or
// answers, each against the rest. Accuracy, loss, calibration error and Brier
// score speak of all classes.
//
// Definitions are those of scikit-learn 1.x, whose values the tests hold
// (testdata/reference.py); the calibration error is that of Guo et al., On
// Calibration of Modern Neural Networks, 2017, eq. 3, with 15 bins.
package metrics

import (
	"encoding/json"
	"fmt"
	"math"
)

// Predictions are the answers of a classifier for some pictures.
type Predictions struct {
	Classes  []string
	Positive int       // the number of the positive class
	Label    []int     // the true class of each picture
	Prob     []float64 // row by row: a probability for each class, rows sum to 1
}

// Check returns an error where the slices do not fit together.
func (p *Predictions) Check() error {
	k := len(p.Classes)
	if k < 2 || p.Positive < 0 || p.Positive >= k || len(p.Prob) != k*len(p.Label) {
		return fmt.Errorf("predictions: %d classes, positive %d, %d labels and %d probabilities do not fit", k, p.Positive, len(p.Label), len(p.Prob))
	}
	for i, l := range p.Label {
		if l < 0 || l >= k {
			return fmt.Errorf("predictions: picture %d has class %d of %d", i, l, k)
		}
	}
	return nil
}

// row returns the probabilities of picture i.
func (p *Predictions) row(i int) []float64 {
	k := len(p.Classes)
	return p.Prob[i*k : (i+1)*k]
}

// Answer returns the class that picture i most probably has; of equals the first.
func (p *Predictions) Answer(i int) int {
	best := 0
	for c, v := range p.row(i) {
		if v > p.row(i)[best] {
			best = c
		}
	}
	return best
}

// Value is a figure that may be undefined (NaN), such as the AUC of one class
// alone; JSON shows it as null.
type Value float64

// MarshalJSON writes null for what is undefined.
func (v Value) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(v))
}

// UnmarshalJSON reads null as undefined.
func (v *Value) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*v = Value(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(v))
}

// Scores are the figures of a set of predictions. Loss is in nats, all others are
// 0 to 1.
type Scores struct {
	N         int   `json:"n"`
	Loss      Value `json:"loss"` // mean of -ln of the true class's probability
	Accuracy  Value `json:"accuracy"`
	F1        Value `json:"f1"`
	Precision Value `json:"precision"`
	Recall    Value `json:"recall"`
	AUC       Value `json:"auc"` // area under the ROC curve
	AP        Value `json:"ap"`  // average precision
	ECE       Value `json:"ece"` // expected calibration error
	Brier     Value `json:"brier"`
}

// Each calls do with every figure and its name, in a fixed order.
func (s *Scores) Each(do func(name string, v *Value)) {
	do("loss", &s.Loss)
	do("accuracy", &s.Accuracy)
	do("f1", &s.F1)
	do("precision", &s.Precision)
	do("recall", &s.Recall)
	do("auc", &s.AUC)
	do("ap", &s.AP)
	do("ece", &s.ECE)
	do("brier", &s.Brier)
}

// Score computes every figure. Without pictures all are undefined.
func (p *Predictions) Score() Scores {
	return newScorer(p).score(nil)
}
