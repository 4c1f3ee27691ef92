package vit

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// Cut returns the model of the first layers blocks of m, with m's final norm. Its
// weights are shared with m; a classifier, which would read other features, is
// left out.
func (m *Model) Cut(layers int) (*Model, error) {
	if layers < 1 || layers > m.Config.Layers {
		return nil, fmt.Errorf("cut a model after layer %d: it has 1 to %d", layers, m.Config.Layers)
	}
	out := &Model{m.Config, Weights{}}
	out.Config.Layers, out.Config.Labels = layers, nil
	out.Config.raw = maps.Clone(m.Config.raw)
	out.Config.raw["num_hidden_layers"] = json.RawMessage(strconv.Itoa(layers))
	for _, key := range []string{"id2label", "label2id", "num_labels", "out_features", "out_indices", "stage_names"} {
		delete(out.Config.raw, key)
	}
	for _, p := range out.Config.Params() {
		out.Weights[p.Name] = m.Weights[p.Name]
	}
	for name, t := range m.Weights {
		if strings.HasPrefix(name, "pooler.") || name == maskToken {
			out.Weights[name] = t
		}
	}
	return out, nil
}
