// Package arena lays the trained weights of a model out one after the other, so
// that an optimiser, sums of gradients and checkpoints see one vector.
//
// Start with [New]. A gradient has the layout of its weights. The package owns no
// numbers: the vectors are its callers'.
package arena

import (
	"fmt"
	"maps"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
)

// Arena is a layout of parameters.
type Arena struct {
	Params []vit.Param
	at     []int // where each begins; one more for the end
}

// New lays params out in their order.
func New(params []vit.Param) *Arena {
	a := &Arena{Params: params, at: []int{0}}
	for _, p := range params {
		n := 1
		for _, d := range p.Shape {
			n *= d
		}
		a.at = append(a.at, a.at[len(a.at)-1]+n)
	}
	return a
}

// Size is the number of trained weights.
func (a *Arena) Size() int { return a.at[len(a.at)-1] }

// Start is where parameter i begins.
func (a *Arena) Start(i int) int { return a.at[i] }

// Part returns the part of flat that belongs to parameter i.
func (a *Arena) Part(flat []float32, i int) []float32 { return flat[a.at[i]:a.at[i+1]] }

// Named returns the part of flat that belongs to the parameter of that name, nil
// where there is none.
func (a *Arena) Named(flat []float32, name string) []float32 {
	for i, p := range a.Params {
		if p.Name == name {
			return a.Part(flat, i)
		}
	}
	return nil
}

// Fill copies the weights of m into flat. Parameters that are no weights of a
// model, named in besides, are left as they are.
func (a *Arena) Fill(flat []float32, m *vit.Model, besides ...string) error {
	given := map[string]bool{}
	for _, name := range besides {
		given[name] = true
	}
	for i, p := range a.Params {
		t, ok := m.Weights[p.Name]
		if given[p.Name] {
			continue
		}
		if !ok || len(t.Data) != a.at[i+1]-a.at[i] {
			return fmt.Errorf("the model has no weight %s of shape %v", p.Name, p.Shape)
		}
		copy(a.Part(flat, i), t.Data)
	}
	return nil
}

// Model returns m with those of its weights that are trained taken from flat, which
// it shares.
func (a *Arena) Model(m *vit.Model, flat []float32) *vit.Model {
	out := &vit.Model{Config: m.Config, Weights: maps.Clone(m.Weights)}
	for i, p := range a.Params {
		if _, ok := out.Weights[p.Name]; ok {
			out.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: a.Part(flat, i)}
		}
	}
	return out
}

// Tensors returns a view of each parameter in flat.
func (a *Arena) Tensors(flat []float32) ([]*ort.Tensor, error) {
	out := make([]*ort.Tensor, len(a.Params))
	for i, p := range a.Params {
		t, err := ort.NewTensor(a.Part(flat, i), p.Shape...)
		if err != nil {
			return nil, fmt.Errorf("weight %s: %w", p.Name, err)
		}
		out[i] = t
	}
	return out, nil
}
