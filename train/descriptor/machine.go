package descriptor

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/arena"
)

// tokensAtOnce is as many tokens as one run of the frozen blocks takes: more do
// not fit into a processor's caches and are slower.
const tokensAtOnce = 1024

// machine runs the graphs of a job on its weights.
type machine struct {
	arena    *arena.Arena
	weights  []float32 // trained, as the arena lays them out
	gradient []float32

	tokens, width, dim int // of a picture, of a token, of a descriptor
	patches            int // values of a picture cut into patches
	grid               int // patches of a picture
	below, above, step *ort.Session
	inputs             map[string]*ort.Tensor // the trained weights by name
	grads              []*ort.Tensor
	lossParts          []float32
	stepTensors        []*ort.Tensor // lossParts and descriptors
	views              int           // of a step
	descriptors        []float32     // of the last step, [views, dim]
}

// newMachine prepares the graphs of m, the cut model at the job's resolution. It
// must be closed.
func newMachine(j *Job, m *vit.Model) (*machine, error) {
	n, err := newNetwork(m, j.Options)
	if err != nil {
		return nil, fmt.Errorf("train a descriptor: %w", err)
	}
	side, patch := m.Config.ImageSize, m.Config.Patch
	grid := (side / patch) * (side / patch)
	k := &machine{
		arena: arena.New(n.trained), tokens: n.tokens, width: m.Config.Hidden, dim: j.Dim, patches: grid * 3 * patch * patch, grid: grid, views: 2 * j.Batch,
	}
	k.weights, k.gradient = make([]float32, k.arena.Size()), make([]float32, k.arena.Size())
	if err := k.arena.Fill(k.weights, m, weightInput, biasInput); err != nil {
		return nil, err
	}
	if err := k.bind(); err != nil {
		return nil, err
	}
	// Views are made beside the step: threads that wait make room for it.
	o := ort.SessionOptions{Device: j.Device, Threads: j.Threads, Yield: true, Notice: j.Watch.Notice}
	for _, s := range []struct {
		to    **ort.Session
		graph []byte
	}{{&k.below, n.below.Marshal()}, {&k.above, n.above.Marshal()}, {&k.step, n.step.Marshal()}} {
		if *s.to, err = j.Runtime.NewSession(s.graph, o); err != nil {
			return nil, errors.Join(err, k.Close())
		}
	}
	return k, nil
}

// bind makes tensors of weights, gradients and what else a step gives.
func (k *machine) bind() error {
	k.inputs = map[string]*ort.Tensor{}
	views, err := k.arena.Tensors(k.weights)
	if err != nil {
		return err
	}
	for i, p := range k.arena.Params {
		k.inputs[p.Name] = views[i]
	}
	if k.grads, err = k.arena.Tensors(k.gradient); err != nil {
		return err
	}
	k.lossParts = make([]float32, 4)
	for i := range k.lossParts {
		t, err := ort.NewTensor(k.lossParts[i:i+1], 1)
		if err != nil {
			return err
		}
		k.stepTensors = append(k.stepTensors, t)
	}
	k.descriptors = make([]float32, k.views*k.dim)
	t, err := ort.NewTensor(k.descriptors, k.views, k.dim)
	k.stepTensors = append(k.stepTensors, t)
	return err
}

// Close frees the sessions.
func (k *machine) Close() error {
	var err error
	for _, s := range []*ort.Session{k.below, k.above, k.step} {
		if s != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

// loss is what a step's graph says, in its parts.
type loss struct{ Total, NCE, KoLeo, Teach float64 }

// given is what a step's loss is told beside its views, by input. Nothing is nil
// where the options ask for it.
type given map[string][]float32

// learn computes the gradient of the step's loss on its views, cut into patches,
// into k.gradient, and their descriptors into k.descriptors.
func (k *machine) learn(ctx context.Context, patches []float32, besides given) (loss, error) {
	tokens, err := k.lower(ctx, patches, k.views)
	if err != nil {
		return loss{}, err
	}
	if err := k.run(ctx, k.step, tokens, k.views, besides, append(append([]*ort.Tensor{}, k.stepTensors...), k.grads...)); err != nil {
		return loss{}, err
	}
	p := k.lossParts
	return loss{float64(p[0]), float64(p[1]), float64(p[2]), float64(p[3])}, nil
}

// describe writes the descriptors of pictures, cut into patches, to descriptors,
// and what the projection reads of them to features; either may be nil.
func (k *machine) describe(ctx context.Context, patches, descriptors, features []float32) error {
	n := len(patches) / k.patches
	for from := 0; from < n; from += atOnce {
		part := min(atOnce, n-from)
		tokens, err := k.lower(ctx, patches[from*k.patches:(from+part)*k.patches], part)
		if err != nil {
			return err
		}
		out := make([]*ort.Tensor, 2)
		if err := k.run(ctx, k.above, tokens, part, nil, out); err != nil {
			return err
		}
		if descriptors != nil {
			copy(descriptors[from*k.dim:], out[0].Floats())
		}
		if features != nil {
			copy(features[from*k.width:], out[1].Floats())
		}
	}
	return nil
}

// atOnce is as many pictures as are described by one run.
const atOnce = 32

// lower runs the frozen blocks, some pictures at a time.
func (k *machine) lower(ctx context.Context, patches []float32, n int) ([]float32, error) {
	tokens := make([]float32, n*k.tokens*k.width)
	once := max(1, tokensAtOnce/k.tokens)
	for from := 0; from < n; from += once {
		part := min(once, n-from)
		in, err := ort.NewTensor(patches[from*k.patches:(from+part)*k.patches], part, k.grid, k.patches/k.grid)
		if err != nil {
			return nil, err
		}
		size := k.tokens * k.width
		out, err := ort.NewTensor(tokens[from*size:(from+part)*size], part*k.tokens, k.width)
		if err != nil {
			return nil, err
		}
		if err := k.below.Run(ctx, []*ort.Tensor{in}, []*ort.Tensor{out}); err != nil {
			return nil, err
		}
	}
	return tokens, nil
}

func (k *machine) run(ctx context.Context, s *ort.Session, tokens []float32, n int, besides given, out []*ort.Tensor) error {
	x, err := ort.NewTensor(tokens, n, k.tokens, k.width)
	if err != nil {
		return err
	}
	inputs := maps.Clone(k.inputs)
	inputs[tokensInput] = x
	for name, v := range besides {
		rows := k.views
		if name == pastInput {
			rows = len(v) / k.dim
		}
		if inputs[name], err = ort.NewTensor(v, rows, len(v)/rows); err != nil {
			return err
		}
	}
	in := make([]*ort.Tensor, len(s.Inputs()))
	for i, name := range s.Inputs() {
		in[i] = inputs[name]
	}
	return s.Run(ctx, in, out)
}
