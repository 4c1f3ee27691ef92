package train

import (
	"context"
	"fmt"
	"math"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/metrics"
)

// Judge says what a trained model thinks of pictures. It must be closed.
type Judge struct {
	model   *vit.Model
	session *ort.Session
	threads int
}

// judgedAtOnce is the number of pictures of one run.
const judgedAtOnce = 8

// NewJudge prepares a model that has a classifier.
func NewJudge(rt *ort.Runtime, m *vit.Model, o ort.SessionOptions) (*Judge, error) {
	g, side := onnx.New("judge"), m.Config.ImageSize
	out, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, Head: true, Logits: true, Patches: true, Fused: true})
	if err != nil {
		return nil, fmt.Errorf("prepare a classifier: %w", err)
	}
	g.Output(out.Logits, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Classes())})
	g.Output(out.Head, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Config.HeadDim())})
	o.Yield = true // pictures are decoded beside it
	s, err := rt.NewSession(g.Marshal(), o)
	if err != nil {
		return nil, err
	}
	return &Judge{model: m, session: s, threads: o.Threads}, nil
}

// Classes returns the names of the classes, by number.
func (j *Judge) Classes() []string { return j.model.Config.Labels }

// Device returns what the model runs on.
func (j *Judge) Device() ort.Device { return j.session.Device() }

// Close frees the model.
func (j *Judge) Close() error { return j.session.Close() }

// Probabilities calls each with the probability of every class, for each example
// in order. open is Job.Open for pictures of the model's size.
func (j *Judge) Probabilities(ctx context.Context, examples []Example, open func(ctx context.Context, id string, dst []float32) error,
	each func(e Example, p []float64) error) error {
	c := j.model.Config
	f := &feed{open: plain(open), side: c.ImageSize, patch: c.Patch, workers: j.threads}
	classes, grid := j.model.Classes(), c.ImageSize/c.Patch
	return f.each(ctx, chunks(examples, judgedAtOnce, judgedAtOnce), func(l loaded) error {
		x, err := ort.NewTensor(l.patches, len(l.examples), grid*grid, 3*c.Patch*c.Patch)
		if err != nil {
			return err
		}
		out := []*ort.Tensor{nil, nil}
		if err := j.session.Run(ctx, []*ort.Tensor{x}, out); err != nil {
			return err
		}
		return eachAnswer(l, out[0].Floats(), classes, each)
	})
}

// Look returns the probability of every class for one picture of [3, side, side]
// floats, and the vector that the classifier read, Config.HeadDim floats. It may be
// called from several goroutines.
func (j *Judge) Look(ctx context.Context, pixels []float32) (p []float64, head []float32, err error) {
	c := j.model.Config
	grid := c.ImageSize / c.Patch
	patches := make([]float32, 3*grid*grid*c.Patch*c.Patch)
	vit.Patchify(patches, pixels, c.ImageSize, c.Patch)
	x, err := ort.NewTensor(patches, 1, grid*grid, 3*c.Patch*c.Patch)
	if err != nil {
		return nil, nil, err
	}
	out := []*ort.Tensor{nil, nil}
	if err := j.session.Run(ctx, []*ort.Tensor{x}, out); err != nil {
		return nil, nil, err
	}
	return softmax(out[0].Floats()), out[1].Floats(), nil
}

// eachAnswer calls do for each picture of a micro-batch with its probabilities.
func eachAnswer(l loaded, logits []float32, classes int, do func(Example, []float64) error) error {
	for i, e := range l.examples {
		if err := do(e, softmax(logits[i*classes:(i+1)*classes])); err != nil {
			return err
		}
	}
	return nil
}

// judge returns the predictions of the run's weights for examples.
func (r *run) judge(ctx context.Context, examples []Example) (*metrics.Predictions, error) {
	p := &metrics.Predictions{Classes: r.Classes, Positive: r.Positive}
	err := r.feed.each(ctx, chunks(examples, r.micro, r.micro), func(l loaded) error {
		logits, err := r.machine.logits(ctx, l)
		if err != nil {
			return err
		}
		return eachAnswer(l, logits, len(r.Classes), func(e Example, row []float64) error {
			p.Label, p.Prob = append(p.Label, e.Label), append(p.Prob, row...)
			return nil
		})
	})
	return p, err
}

// softmax turns logits into probabilities.
func softmax(logits []float32) []float64 {
	top := math.Inf(-1)
	for _, v := range logits {
		top = max(top, float64(v))
	}
	out, sum := make([]float64, len(logits)), 0.
	for i, v := range logits {
		out[i] = math.Exp(float64(v) - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
