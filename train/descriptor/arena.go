package descriptor

import (
	"maps"

	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
)

// arena lays the trained weights out one after the other, so that the optimiser
// and checkpoints see one vector. Gradients have the same layout.
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

// size is the number of trained weights, projection that of them which belong to
// the projection; those come last.
func (a *arena) size() int { return a.at[len(a.at)-1] }

func (a *arena) projection() int { return a.size() - a.at[len(a.params)-2] }

// part returns the part of flat that belongs to parameter i.
func (a *arena) part(flat []float32, i int) []float32 { return flat[a.at[i]:a.at[i+1]] }

// named returns the part of flat that belongs to the parameter of that name.
func (a *arena) named(flat []float32, name string) []float32 {
	for i, p := range a.params {
		if p.Name == name {
			return a.part(flat, i)
		}
	}
	return nil
}

// tensors returns a view of each parameter in flat.
func (a *arena) tensors(flat []float32) ([]*ort.Tensor, error) {
	out := make([]*ort.Tensor, len(a.params))
	for i, p := range a.params {
		t, err := ort.NewTensor(a.part(flat, i), p.Shape...)
		if err != nil {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}

// network returns m with the trained weights in flat, which it shares.
func (a *arena) network(m *vit.Model, flat []float32, c preprocess.Config) Network {
	out := &vit.Model{Config: m.Config, Weights: maps.Clone(m.Weights)}
	for i, p := range a.params {
		if _, ok := out.Weights[p.Name]; ok {
			out.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: a.part(flat, i)}
		}
	}
	return Network{out, a.named(flat, weightInput), a.named(flat, biasInput), c}
}
