package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/track"
)

// Features are what an encoder says of pictures: rows of Dim numbers that the
// classifier reads, and the class of each.
type Features struct {
	Dim   int
	Rows  []float32
	Label []int
}

// ProbeJob is a classifier to be fitted on features.
type ProbeJob struct {
	Model    *vit.Model // the encoder, at the resolution that the features were made with
	Classes  []string
	Positive int
	Train    Features
	Val      Features  // chooses the penalty; may be empty
	Weights  []float64 // how much a picture of each class counts; nil: all the same
	Metric   string    // what the penalty is chosen by; "" is the loss
	Threads  int
	Notice   func(string)
}

// penalties are tried from the strongest to the weakest, each starting where the
// last one ended. They multiply half the squared length of the weights of
// standardised features, beside the mean loss of a picture.
func penalties() []float64 { return []float64{1, .3, .1, .03, .01, .003, .001} }

// fallback is used where there are no pictures to choose by.
const fallback = .01

// Probe fits a classifier for each penalty by multinomial logistic regression and
// takes the one with the least loss on Val. Features are standardised for the fit,
// and the classifier is then rewritten for features as they are, so that the
// model's own forward pass gives the same logits. The same input gives the same
// weights.
func Probe(ctx context.Context, j *ProbeJob) (*Result, error) {
	if err := j.check(); err != nil {
		return nil, err
	}
	began := time.Now()
	scale := standardise(j.Train)
	x := scale.apply(j.Train)
	tune := Tuning{Metric: j.Metric}
	r := &Result{Mode: ModeProbe, Chosen: -1, Device: "cpu", Metric: tune.metric()}
	tried := penalties()
	if len(j.Val.Label) == 0 {
		tried = []float64{fallback}
	}
	fit := newLogistic(x, j.Train, len(j.Classes), j.Threads)
	fit.weigh(j.Weights)
	var best []float64
	for _, l2 := range tried {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		loss, steps, err := fit.minimise(l2)
		if err != nil {
			return nil, fmt.Errorf("fit a probe: %w", err)
		}
		r.Steps += steps
		row := Row{Epoch: 1, Step: r.Steps, TrainLoss: metrics.Value(loss)}
		var judged *metrics.Predictions
		if len(j.Val.Label) > 0 {
			judged = j.judge(scale.fold(fit.w, len(j.Classes)), j.Val)
			row.Eval = judged.Score()
		}
		r.Points = append(r.Points, j.point(row, l2))
		if r.Chosen < 0 || tune.better(row.Eval, r.Rows[0].Eval) {
			r.Rows, r.Chosen, r.Penalty, r.Judged, best = []Row{row}, 0, l2, judged, append([]float64{}, fit.w...)
		}
	}
	r.Model = j.model(scale.fold(best, len(j.Classes)))
	r.Seconds = time.Since(began).Seconds()
	r.Rate = float64(len(j.Train.Label)) / r.Seconds
	return r, nil
}

func (j *ProbeJob) check() error {
	if len(j.Classes) < 2 || j.Positive < 0 || j.Positive >= len(j.Classes) {
		return fmt.Errorf("fit a probe: %d classes, positive %d; at least two are needed", len(j.Classes), j.Positive)
	}
	if len(j.Train.Label) == 0 {
		return errors.New("fit a probe: no pictures to learn from")
	}
	for _, f := range []Features{j.Train, j.Val} {
		if len(f.Label) > 0 && (f.Dim != j.Model.Config.HeadDim() || len(f.Rows) != f.Dim*len(f.Label)) {
			return fmt.Errorf("fit a probe: %d pictures with %d numbers in rows of %d; the classifier reads %d", len(f.Label), len(f.Rows), f.Dim, j.Model.Config.HeadDim())
		}
		for _, l := range f.Label {
			if l < 0 || l >= len(j.Classes) {
				return fmt.Errorf("fit a probe: class %d of %d", l, len(j.Classes))
			}
		}
	}
	return nil
}

func (j *ProbeJob) point(row Row, l2 float64) track.Point {
	values := map[string]float64{"loss": float64(row.TrainLoss), "penalty": l2}
	row.Eval.Each(func(name string, v *metrics.Value) {
		if row.Eval.N > 0 && !math.IsNaN(float64(*v)) {
			values["eval_"+name] = float64(*v)
		}
	})
	return track.Point{Step: row.Step, Epoch: row.Epoch, Time: time.Now().UTC(), Values: values}
}

// judge returns the predictions of a classifier for features.
func (j *ProbeJob) judge(h head, f Features) *metrics.Predictions {
	p := &metrics.Predictions{Classes: j.Classes, Positive: j.Positive, Label: f.Label}
	logits := make([]float32, len(j.Classes))
	for i := range f.Label {
		h.logits(f.Rows[i*f.Dim:(i+1)*f.Dim], logits)
		p.Prob = append(p.Prob, softmax(logits)...)
	}
	return p
}

// model returns the encoder with the classifier on top.
func (j *ProbeJob) model(h head) *vit.Model {
	out := withClassifier(j.Model, j.Classes, 0)
	out.Weights[headWeight] = vit.Tensor{Shape: []int{len(j.Classes), h.dim}, Data: h.w}
	out.Weights[headBias] = vit.Tensor{Shape: []int{len(j.Classes)}, Data: h.b}
	return out
}

// head is a classifier: rows of dim weights, and a bias for each class.
type head struct {
	dim  int
	w, b []float32
}

func (h head) logits(x, out []float32) {
	for c := range out {
		sum := float64(h.b[c])
		for i, v := range h.w[c*h.dim : (c+1)*h.dim] {
			sum += float64(v) * float64(x[i])
		}
		out[c] = float32(sum)
	}
}
