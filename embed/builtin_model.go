package embed

import (
	"errors"
	"fmt"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
)

// The precisions of an encoder of package builtin, as [Key.Precision] has them.
const (
	int8s  = "int8" // layers in integers, the rest in float32
	halves = "fp16" // the same weights as floats
)

// projected ends [Key.Layers] where a trained projection follows the token.
const projected = "p"

// builtinModel describes an encoder of package builtin. It has no head.
func builtinModel(o Options) (m model, err error) {
	b := o.Encoder
	if !o.NoHead {
		return model{}, fmt.Errorf("the encoder %s tells copies apart and has nothing that a classifier could read: use a whole model, such as the standard encoder", b.Name)
	}
	pre := b.Preprocess
	if o.Resolution > 0 {
		pre = pre.WithResolution(o.Resolution)
	}
	layers := o.Layers
	if layers == nil {
		layers = []int{b.Config.Layers}
	}
	w, h := pre.Size()
	m = model{pre: pre, hidden: b.Config.Hidden, tokens: b.Config.Tokens(w, h)}
	m.Family, m.Layers, m.CopyDim = builtin.Kind, layers, len(layers)*b.Config.Hidden
	o.Hash = b.Hash
	m.setKeys(o)
	m.CopyKey.Precision = builtinPrecision(o.Device)
	if m.ending, err = b.Projection(); err != nil {
		return model{}, err
	}
	if m.ending != nil {
		m.CopyDim, m.CopyKey.Layers = b.Dim, m.CopyKey.Layers+projected
	}
	m.HeadKey = Key{}
	m.graph = m.builtinGraph // of m as it is now: the precision decides
	return m, nil
}

// builtinPrecision returns what a device computes an encoder of package builtin
// in. Auto is no device: see [Options.Device].
func builtinPrecision(d ort.Device) string {
	switch d.Provider {
	case "", ort.Auto, ort.CPU:
		return int8s
	case ort.CoreML, ort.OpenVINO:
		return d.Provider
	}
	return halves
}

// builtinGraph builds the graph that suits the device: integers on the CPU, halves
// on GPUs, which have no kernels for them, and floats where a provider chooses.
func (m model) builtinGraph(o Options) ([]byte, error) {
	if o.Device.Provider == "" || o.Device.Provider == ort.Auto {
		return nil, errors.New("an encoder of this kind needs to know its device")
	}
	weights, err := o.Encoder.Load()
	if err != nil {
		return nil, err
	}
	w, h := m.pre.Size()
	how := vit.Options{Width: w, Height: h, CLS: m.Layers, Fused: fuses(o.Device)}
	from := weights.Model
	if m.CopyKey.Precision == int8s {
		how.Quantised = weights.Layers
	} else {
		from = weights.Float()
	}
	g := onnx.New("encoder")
	f, err := vit.Forward(g, from, how)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Encoder.Name, err)
	}
	for i, cls := range f.CLS {
		output(g, cls, fmt.Sprintf("cls_%d", m.Layers[i]), onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.hidden)})
	}
	if m.CopyKey.Precision == halves {
		halve(g)
	}
	return g.Marshal(), nil
}
