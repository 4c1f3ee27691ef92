package train

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/curate/curate/internal/vit"
)

// LoRA are the settings of low-rank adaptation (Hu et al., 2021): the matrices of
// the targets stay as they are, and a product of two thin ones of the given rank,
// times Alpha / Rank, is learnt beside each. Rank 0 is no adaptation.
type LoRA struct {
	Rank    int
	Alpha   float64
	Targets []string // see LoRATargets
}

// LoRATargets lists what LoRA.Targets may name, beside "all".
func LoRATargets() []string { return []string{"query", "key", "value", "output", "fc1", "fc2"} }

// layerEnds are how the names of a target's layers end; with SwiGLU, the layers of
// the MLP have others.
var layerEnds = map[string][]string{
	"query": {".attention.attention.query"}, "key": {".attention.attention.key"}, "value": {".attention.attention.value"},
	"output": {".attention.output.dense"}, "fc1": {".mlp.fc1", ".mlp.weights_in"}, "fc2": {".mlp.fc2", ".mlp.weights_out"},
}

// check returns an error where a target has no such name or the rank makes no sense.
func (l LoRA) check(c vit.Config) error {
	for _, t := range l.Targets {
		if t != "all" && layerEnds[t] == nil {
			return fmt.Errorf("lora: no target is called %q; there are %s and all", t, strings.Join(LoRATargets(), ", "))
		}
	}
	switch {
	case l.Rank == 0:
		return nil
	case l.Rank < 0 || l.Rank > c.Hidden:
		return fmt.Errorf("lora: rank %d is not 1 to the model's width, %d; 4 to 16 is usual", l.Rank, c.Hidden)
	case !(l.Alpha > 0) || math.IsInf(l.Alpha, 0):
		return fmt.Errorf("lora: alpha %g is not above 0; twice the rank is usual", l.Alpha)
	case len(l.Targets) == 0:
		return fmt.Errorf("lora: no targets; there are %s and all", strings.Join(LoRATargets(), ", "))
	}
	return nil
}

// adapters returns the adapters of a model's layers by name: of the targets, in
// the blocks that are not frozen.
func (l LoRA) adapters(c vit.Config, frozen int) map[string]vit.Adapter {
	if l.Rank == 0 {
		return nil
	}
	out := map[string]vit.Adapter{}
	for _, name := range c.Linears(c.Layers) {
		if c.Depth(name) > frozen && l.targets(name) {
			out[name] = vit.Adapter{Rank: l.Rank, Scale: float32(l.Alpha / float64(l.Rank))}
		}
	}
	return out
}

func (l LoRA) targets(name string) bool {
	for _, t := range l.Targets {
		if t == "all" || slices.ContainsFunc(layerEnds[t], func(end string) bool { return strings.HasSuffix(name, end) }) {
			return true
		}
	}
	return false
}

// withAdapters returns a model that shares m's weights and has those of adapters
// too: A drawn as PEFT does it (uniform to 1/sqrt(in)), B zero, so that the model
// computes what m computes.
func withAdapters(m *vit.Model, adapters map[string]vit.Adapter, seed uint64) (*vit.Model, error) {
	out := &vit.Model{Config: m.Config, Weights: maps.Clone(m.Weights)}
	r := rand.New(rand.NewPCG(seed, 0x6c6f7261))
	for _, name := range slices.Sorted(maps.Keys(adapters)) {
		params, err := adapters[name].Params(m, name)
		if err != nil {
			return nil, err
		}
		for i, p := range params {
			data := make([]float32, p.Shape[0]*p.Shape[1])
			if i == 0 {
				bound := 1 / math.Sqrt(float64(p.Shape[1]))
				for k := range data {
					data[k] = float32(bound * (2*r.Float64() - 1))
				}
			}
			out.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: data}
		}
	}
	return out, nil
}

// isAdapter tells whether a weight is one of an adapter.
func isAdapter(name string) bool { return strings.Contains(name, ".lora_") }
