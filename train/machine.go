package train

import (
	"context"
	"errors"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
)

// machine runs the graphs of a job on its weights.
type machine struct {
	arena   *arena.Arena
	weights []float32 // trained, as the arena lays them out
	sum     []float32 // gradient of the step so far; it is there from the first micro-batch on
	begun   bool      // sum holds something

	classes, patches, patch int
	threads                 int
	aim                     aim
	step, judge             *ort.Session
	inputs                  map[string]*ort.Tensor // every weight by name
	sums                    []*ort.Tensor          // views of sum
}

// newMachine prepares both graphs for m. It must be closed.
func newMachine(j *Job, m *vit.Model, g *graphs) (*machine, error) {
	a := arena.New(g.trained)
	k := &machine{arena: a, weights: make([]float32, a.Size()), sum: make([]float32, a.Size())}
	k.classes, k.patch, k.threads = m.Classes(), m.Config.Patch, j.Threads
	k.aim = aim{k.classes, j.Smoothing, j.ClassWeights}
	k.patches = (m.Config.ImageSize / k.patch) * (m.Config.ImageSize / k.patch)
	if err := a.Fill(k.weights, m); err != nil {
		return nil, err
	}
	if err := k.bind(m); err != nil {
		return nil, err
	}
	// Threads wait actively for the next operator: waking them costs more than the
	// pictures that are decoded beside the step.
	o := ort.SessionOptions{Device: j.Device, Threads: j.Threads, Kernels: g.kernels, Notice: j.Watch.Notice}
	var err error
	if k.step, err = j.Runtime.NewSession(g.step.Marshal(), o); err != nil {
		return nil, err
	}
	if k.judge, err = j.Runtime.NewSession(g.judge.Marshal(), o); err != nil {
		return nil, errors.Join(err, k.Close())
	}
	return k, nil
}

// bind makes a tensor of every weight: trained ones in the arena, others as they
// lie in the model.
func (k *machine) bind(m *vit.Model) error {
	k.inputs = map[string]*ort.Tensor{}
	for name, w := range m.Weights {
		t, err := ort.NewTensor(w.Data, w.Shape...)
		if err != nil {
			return err
		}
		k.inputs[name] = t
	}
	views, err := k.arena.Tensors(k.weights)
	if err != nil {
		return err
	}
	for i, p := range k.arena.Params {
		k.inputs[p.Name] = views[i]
	}
	if k.sums, err = k.arena.Tensors(k.sum); err != nil {
		return err
	}
	for i, p := range k.arena.Params {
		k.inputs[sumInput+p.Name] = k.sums[i]
	}
	return nil
}

// Close frees the sessions.
func (k *machine) Close() error {
	var err error
	for _, s := range []*ort.Session{k.step, k.judge} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

// learn adds the gradient of a micro-batch to the sum and returns its part of the
// step's loss.
func (k *machine) learn(ctx context.Context, l loaded) (float64, error) {
	t, err := ort.NewTensor(k.aim.targets(l.chunk), len(l.examples), k.classes)
	if err != nil {
		return 0, err
	}
	loss, err := ort.NewTensor(make([]float32, 1), 1)
	if err != nil {
		return 0, err
	}
	if !k.begun {
		inPieces(len(k.sum), k.threads, func(lo, hi int) { clear(k.sum[lo:hi]) })
	}
	if err := k.run(ctx, k.step, l, t, append([]*ort.Tensor{loss}, k.sums...)); err != nil {
		return 0, err
	}
	k.begun = true
	return float64(loss.Floats()[0]), nil
}

// logits returns the answers of the classifier for a micro-batch, row by row.
func (k *machine) logits(ctx context.Context, l loaded) ([]float32, error) {
	out := make([]float32, len(l.examples)*k.classes)
	y, err := ort.NewTensor(out, len(l.examples), k.classes)
	if err != nil {
		return nil, err
	}
	return out, k.run(ctx, k.judge, l, nil, []*ort.Tensor{y})
}

func (k *machine) run(ctx context.Context, s *ort.Session, l loaded, target *ort.Tensor, out []*ort.Tensor) error {
	x, err := ort.NewTensor(l.patches, len(l.examples), k.patches, 3*k.patch*k.patch)
	if err != nil {
		return err
	}
	in := make([]*ort.Tensor, len(s.Inputs()))
	for i, name := range s.Inputs() {
		switch name {
		case patchesInput:
			in[i] = x
		case targetInput:
			in[i] = target
		default:
			in[i] = k.inputs[name]
		}
	}
	return s.Run(ctx, in, out)
}
