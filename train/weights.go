package train

import (
	"fmt"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
)

// arena holds the trained weights one after the other, so that the optimiser and
// the sums of gradients see one vector. A gradient has the same layout.
type arena struct {
	params []vit.Param
	at     []int // where each begins; one more for the end
}

func newArena(params []vit.Param) *arena {
	a := &arena{params: params, at: []int{0}}
	for _, p := range params {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		a.at = append(a.at, a.at[len(a.at)-1]+n)
	}
	return a
}

// size is the number of trained weights.
func (a *arena) size() int { return a.at[len(a.at)-1] }

// part returns the part of flat that belongs to parameter i.
func (a *arena) part(flat []float32, i int) []float32 { return flat[a.at[i]:a.at[i+1]] }

// fill copies the weights of m into flat.
func (a *arena) fill(flat []float32, m *vit.Model) error {
	for i, p := range a.params {
		t, ok := m.Weights[p.Name]
		if !ok || len(t.Data) != a.at[i+1]-a.at[i] {
			return fmt.Errorf("the model has no weight %s of shape %v", p.Name, p.Shape)
		}
		copy(a.part(flat, i), t.Data)
	}
	return nil
}

// model returns m with the trained weights in flat, which it shares.
func (a *arena) model(m *vit.Model, flat []float32) *vit.Model {
	out := &vit.Model{Config: m.Config, Weights: vit.Weights{}}
	for name, t := range m.Weights {
		out.Weights[name] = t
	}
	for i, p := range a.params {
		out.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: a.part(flat, i)}
	}
	return out
}

// tensors returns a view of each parameter in flat.
func (a *arena) tensors(flat []float32) ([]*ort.Tensor, error) {
	out := make([]*ort.Tensor, len(a.params))
	for i, p := range a.params {
		t, err := ort.NewTensor(a.part(flat, i), p.Shape...)
		if err != nil {
			return nil, fmt.Errorf("weight %s: %w", p.Name, err)
		}
		out[i] = t
	}
	return out, nil
}
