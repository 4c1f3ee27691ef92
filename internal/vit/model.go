package vit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/curate/curate/internal/safetensors"
)

// Tensor is a weight: its elements row by row.
type Tensor struct {
	Shape []int
	Data  []float32
}

// Weights are the tensors of a model under the names of [Config.Params], and where
// the model has them "classifier.weight" (classes x [Config.HeadDim]) and
// "classifier.bias", "pooler.dense.*" and "embeddings.mask_token".
type Weights map[string]Tensor

// Model is a configuration with its weights. Whoever holds a Model may read it.
type Model struct {
	Config  Config
	Weights Weights
}

// optional are tensors that a model may have beside [Config.Params].
var optional = []string{
	"classifier.weight", "classifier.bias", "pooler.dense.weight", "pooler.dense.bias", "embeddings.mask_token",
	"cls_classifier.weight", "cls_classifier.bias", "distillation_classifier.weight", "distillation_classifier.bias",
}

// Load reads a model folder: config.json and model.safetensors or its shards.
// Weights stored in half precision become float32. A tensor that is missing or of
// the wrong shape is an error that names it.
func Load(folder string) (*Model, error) {
	c, err := ReadConfig(folder)
	if err != nil {
		return nil, err
	}
	f, err := safetensors.OpenModel(folder)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w, err := readWeights(c, f)
	if err != nil {
		return nil, fmt.Errorf("weights of %s: %w", folder, err)
	}
	m := &Model{c, w}
	return m, m.check(folder)
}

func readWeights(c Config, f *safetensors.File) (Weights, error) {
	want := map[string]bool{}
	for _, p := range c.Params() {
		want[p.Name] = true
	}
	for _, n := range optional {
		want[n] = true
	}
	w := Weights{}
	for _, file := range f.Names() {
		name := canonical(file)
		if half := strings.Contains(name, ".mlp.gate_proj.") || strings.Contains(name, ".mlp.up_proj."); !want[name] && !(half && c.SwiGLU) {
			continue
		}
		if _, twice := w[name]; twice {
			return nil, fmt.Errorf("two tensors stand for %s, one of them is %s", name, file)
		}
		info, _ := f.Info(file)
		data, err := f.Float32(file)
		if err != nil {
			return nil, err
		}
		w[name] = Tensor{info.Shape, data}
	}
	w.joinHalves()
	return w, nil
}

// joinHalves puts the two projections that newer files keep apart into the one of
// published files: gate above up.
func (w Weights) joinHalves() {
	for name, gate := range w {
		if !strings.Contains(name, ".mlp.gate_proj.") {
			continue
		}
		other := strings.Replace(name, ".gate_proj.", ".up_proj.", 1)
		up, ok := w[other]
		if !ok || !slices.Equal(gate.Shape, up.Shape) || len(gate.Shape) == 0 {
			continue // check will say what is missing
		}
		shape := slices.Clone(gate.Shape)
		shape[0] *= 2
		w[strings.Replace(name, ".gate_proj.", ".weights_in.", 1)] = Tensor{shape, slices.Concat(gate.Data, up.Data)}
		delete(w, name)
		delete(w, other)
	}
}

// check compares the weights with what the configuration asks for.
func (m *Model) check(folder string) error {
	for _, p := range m.Config.Params() {
		t, ok := m.Weights[p.Name]
		if !ok {
			return fmt.Errorf("weights of %s: tensor %s is missing", folder, m.Config.fileName(p.Name, false))
		}
		if !slices.Equal(t.Shape, p.Shape) {
			return fmt.Errorf("weights of %s: tensor %s has shape %v, its config.json asks for %v", folder, m.Config.fileName(p.Name, false), t.Shape, p.Shape)
		}
	}
	switch {
	case m.teacher():
		return m.checkHeads(folder, "cls_classifier", "distillation_classifier")
	case m.Classes() > 0:
		return m.checkHeads(folder, "classifier")
	}
	return nil
}

func (m *Model) checkHeads(folder string, heads ...string) error {
	for _, h := range heads {
		w, b := m.Weights[h+".weight"], m.Weights[h+".bias"]
		if len(w.Shape) != 2 || w.Shape[0] < 1 || w.Shape[1] != m.Config.HeadDim() || !slices.Equal(b.Shape, w.Shape[:1]) {
			return fmt.Errorf("weights of %s: %s has shapes %v and %v, not [classes %d] and [classes]", folder, h, w.Shape, b.Shape, m.Config.HeadDim())
		}
	}
	return nil
}

// teacher tells whether the model has the two classifiers of a distilled DeiT,
// whose logits are averaged. A classifier of its own comes first.
func (m *Model) teacher() bool {
	_, two := m.Weights["cls_classifier.weight"]
	_, one := m.Weights["classifier.weight"]
	return two && !one
}

// Classes returns the number of classes of the model's own classifier, 0 where it
// has none.
func (m *Model) Classes() int {
	for _, n := range []string{"classifier.weight", "cls_classifier.weight"} {
		if t, ok := m.Weights[n]; ok && len(t.Shape) > 0 {
			return t.Shape[0]
		}
	}
	return 0
}
