package train

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/curate/curate/internal/vit"
)

const (
	headWeight = "classifier.weight"
	headBias   = "classifier.bias"
)

// withClassifier returns a model that shares m's weights and has a classifier for
// classes: m's own where it already tells the same classes apart, else a new one
// drawn as Transformers does it (normal with deviation .02, biases 0).
func withClassifier(m *vit.Model, classes []string, seed uint64) *vit.Model {
	out := &vit.Model{Config: m.Config, Weights: vit.Weights{}}
	for name, t := range m.Weights {
		if !strings.Contains(name, "classifier.") {
			out.Weights[name] = t
		}
	}
	if t, ok := m.Weights[headWeight]; ok && slices.Equal(m.Config.Labels, classes) {
		out.Weights[headWeight], out.Weights[headBias] = t, m.Weights[headBias]
		return out
	}
	r := rand.New(rand.NewPCG(seed, 0x68656164))
	w := make([]float32, len(classes)*m.Config.HeadDim())
	for i := range w {
		w[i] = float32(.02 * r.NormFloat64())
	}
	out.Weights[headWeight] = vit.Tensor{Shape: []int{len(classes), m.Config.HeadDim()}, Data: w}
	out.Weights[headBias] = vit.Tensor{Shape: []int{len(classes)}, Data: make([]float32, len(classes))}
	return out
}
