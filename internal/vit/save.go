package vit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/safetensors"
)

// classes are the names that Transformers gives to the bare model of a family; a
// classifier is the same with another ending.
var classes = map[Family]string{ViT: "ViT", DeiT: "DeiT", DINOv2: "Dinov2", Registers: "Dinov2WithRegisters"}

// SaveFolder writes config.json and model.safetensors to folder, which must exist.
// labels names the classes of the model's classifier; nil keeps the names that the
// model came with. Keys of the original config.json that curate does not know are
// kept. Tensors have the names of published checkpoints, which every version of
// Transformers reads. The same model gives the same bytes.
func (m *Model) SaveFolder(folder string, labels []string) error {
	if labels == nil {
		labels = m.Config.Labels
	}
	if n := m.Classes(); n > 0 && len(labels) != n {
		return fmt.Errorf("save a model to %s: %d labels for %d classes", folder, len(labels), n)
	}
	if err := m.check(folder); err != nil {
		return err
	}
	text, err := m.configJSON(labels)
	if err != nil {
		return fmt.Errorf("save a model to %s: %w", folder, err)
	}
	if err := m.saveWeights(filepath.Join(folder, safetensors.ModelFile)); err != nil {
		return err
	}
	return atomicfile.WriteFile(filepath.Join(folder, ConfigFile), text, 0o644)
}

func (m *Model) saveWeights(path string) error {
	f, err := atomicfile.Create(path, 0o644)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := safetensors.Write(f, m.fileTensors()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Commit()
}

// fileTensors lists what the file of this model holds, under its published names.
func (m *Model) fileTensors() []safetensors.Tensor {
	var out []safetensors.Tensor
	head := m.Classes() > 0
	add := func(name string, t Tensor) {
		out = append(out, safetensors.Tensor{Name: m.Config.fileName(name, head), Type: safetensors.F32, Shape: t.Shape, Floats: t.Data})
	}
	for _, p := range m.Config.Params() {
		add(p.Name, m.Weights[p.Name])
	}
	for _, name := range optional {
		if t, ok := m.Weights[name]; ok && m.keeps(name) {
			add(name, t)
		}
	}
	if _, ok := m.Weights[maskToken]; !ok && m.Config.Family.dino() {
		add(maskToken, Tensor{[]int{1, m.Config.Hidden}, make([]float32, m.Config.Hidden)})
	}
	return out
}

// maskToken is part of every DINOv2 model in Transformers, though only its
// pre-training reads it.
const maskToken = "embeddings.mask_token"

// keeps tells whether the Transformers class of this model has an optional tensor.
func (m *Model) keeps(name string) bool {
	switch {
	case strings.HasPrefix(name, "pooler."):
		return m.Classes() == 0
	case name == maskToken:
		return m.Config.Family.dino()
	case name == "classifier.weight" || name == "classifier.bias":
		return true
	}
	return m.teacher()
}

// floats are keys for which Transformers 5 takes 1.0 but not 1, which some writers
// of JSON leave of it.
var floats = []string{"layerscale_value", "layer_norm_eps", "initializer_range"}

// configJSON returns the text of config.json.
func (m *Model) configJSON(labels []string) ([]byte, error) {
	all := map[string]any{}
	for k, v := range m.Config.raw {
		all[k] = v
	}
	for _, k := range floats {
		if n, err := strconv.Atoi(string(m.Config.raw[k])); err == nil {
			all[k] = json.Number(strconv.Itoa(n) + ".0")
		}
	}
	all["model_type"], all["image_size"], all["dtype"] = m.Config.Family, m.Config.ImageSize, "float32"
	if _, ok := all["torch_dtype"]; ok {
		all["torch_dtype"] = "float32" // what Transformers 4 reads
	}
	class := classes[m.Config.Family]
	switch {
	case m.teacher():
		class += "ForImageClassificationWithTeacher"
	case m.Classes() > 0:
		class += "ForImageClassification"
	default:
		class += "Model"
	}
	all["architectures"] = []string{class}
	if m.Classes() > 0 {
		byID, byName := map[string]string{}, map[string]int{}
		for i, l := range labels {
			byID[strconv.Itoa(i)], byName[l] = l, i
		}
		all["id2label"], all["label2id"], all["problem_type"] = byID, byName, "single_label_classification"
		delete(all, "num_labels")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(all)
	return b.Bytes(), err
}
