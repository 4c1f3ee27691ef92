package builtin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
)

// Source is a cut model in floats with all that a file says of it. Scales of
// branches are in the matrices, see [Cut].
type Source struct {
	Card
	Model      *vit.Model
	Projection *Projection           // nil where the descriptor is the tokens themselves
	Ranges     map[string][2]float32 // lowest and highest input of each linear layer
	Config     []byte                // config.json of the cut model
	Preprocess []byte                // preprocessor_config.json
}

// Write rounds a model and writes it. The same model and ranges give the same bytes.
func Write(w io.Writer, s Source) error {
	tensors, err := s.tensors()
	if err != nil {
		return fmt.Errorf("write an encoder file: %w", err)
	}
	card, err := json.Marshal(s.Card)
	if err != nil {
		return fmt.Errorf("write an encoder file: %w", err)
	}
	meta := map[string]string{
		metaVersion: fmt.Sprint(s.version()), metaConfig: string(s.Config), metaPreprocess: string(s.Preprocess), metaCard: string(card),
	}
	var file bytes.Buffer
	if err := safetensors.WriteWith(&file, tensors, meta); err != nil {
		return fmt.Errorf("write an encoder file: %w", err)
	}
	// What is written must be readable: a model whose shapes do not fit ends here.
	if _, err := read(bytes.NewReader(file.Bytes()), int64(file.Len()), "the new encoder file"); err != nil {
		return err
	}
	_, err = w.Write(file.Bytes())
	return err
}

// version is the first that knows all that the file holds.
func (s Source) version() int {
	if s.Dim > 0 || s.Bits < 8 {
		return Version
	}
	return firstVersion
}

func (s Source) tensors() (out []safetensors.Tensor, err error) {
	c := s.Model.Config
	if err := checkBits(c, s.Bits); err != nil {
		return nil, err
	}
	for _, p := range c.Params() {
		if kindOf(p.Name) == kept {
			out = append(out, floats(p.Name, s.Model.Weights[p.Name].Data, p.Shape...))
		}
	}
	if p := s.Projection; p != nil {
		out = append(out, floats(projectionWeight, p.Weight, p.Dim, c.Hidden), floats(projectionBias, p.Bias, p.Dim))
	}
	for _, name := range c.Linears(c.Layers) {
		span, ok := s.Ranges[name]
		if !ok {
			return nil, fmt.Errorf("no range of inputs is known for layer %s", name)
		}
		q, err := vit.Quantise(s.Model.Weights[name+".weight"], biasOf(s.Model, name), span[0], span[1])
		if err != nil {
			return nil, fmt.Errorf("layer %s: %w", name, err)
		}
		out = append(out, s.layer(name, q)...)
	}
	return out, nil
}

func (s Source) layer(name string, q *vit.Quantised) []safetensors.Tensor {
	out := []safetensors.Tensor{floats(name+biases, q.Bias, q.Out), floats(name+ranges, []float32{q.Low, q.High}, 2)}
	if s.Bits < 8 {
		p := packing(s.Bits).pack(s.Model.Weights[name+".weight"].Data, q.Out)
		return append(out,
			safetensors.Tensor{Name: name + levels, Type: "U8", Shape: []int{q.Out, q.In * s.Bits / 8}, Raw: p.levels},
			safetensors.Tensor{Name: name + steps, Type: "U8", Shape: []int{q.Out, q.In / blockSize}, Raw: p.steps},
			floats(name+scales, p.scales, q.Out))
	}
	raw := make([]byte, len(q.Weight))
	for i, w := range q.Weight {
		raw[i] = byte(w)
	}
	return append(out, safetensors.Tensor{Name: name + weight8, Type: "I8", Shape: []int{q.In, q.Out}, Raw: raw}, floats(name+scales, q.Scale, q.Out))
}

func floats(name string, data []float32, shape ...int) safetensors.Tensor {
	return safetensors.Tensor{Name: name, Type: safetensors.F32, Shape: shape, Floats: data}
}

// biasOf returns the bias of a linear layer, zeros where it has none.
func biasOf(m *vit.Model, name string) []float32 {
	if b, ok := m.Weights[name+".bias"]; ok {
		return b.Data
	}
	return make([]float32, m.Weights[name+".weight"].Shape[0])
}
