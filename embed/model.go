package embed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/vit"
)

// folderModel describes a model folder.
func folderModel(o Options) (model, error) {
	pre, err := preprocess.ReadConfig(o.Folder)
	if err != nil {
		return model{}, err
	}
	if o.Resolution > 0 {
		pre = pre.WithResolution(o.Resolution)
	}
	c, err := vit.ReadConfig(o.Folder)
	if err != nil {
		return model{}, err
	}
	layers := o.Layers
	if layers == nil {
		layers = DefaultLayers(c.Layers)
	}
	w, h := pre.Size()
	m := model{pre: pre, hidden: c.Hidden, tokens: c.Tokens(w, h)}
	m.Family, m.Layers, m.CopyDim = string(c.Family), layers, len(layers)*c.Hidden
	if !o.NoHead {
		m.HeadDim = c.HeadDim()
	}
	m.graph = m.folderGraph
	m.setKeys(o)
	return m, nil
}

// folderGraph builds the graph of a model folder.
func (m model) folderGraph(o Options) ([]byte, error) {
	v, err := vit.Load(o.Folder)
	if err != nil {
		return nil, err
	}
	w, h := m.pre.Size()
	g := onnx.New("encoder")
	f, err := vit.Forward(g, v, vit.Options{Width: w, Height: h, CLS: m.Layers, Head: !o.NoHead, Fused: fuses(o.Device)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Folder, err)
	}
	n := onnx.Dim{Name: "n"}
	for i, cls := range f.CLS {
		output(g, cls, fmt.Sprintf("cls_%d", m.Layers[i]), n, onnx.Dim{Size: int64(m.hidden)})
	}
	if !o.NoHead {
		output(g, f.Head, HeadLayer, n, onnx.Dim{Size: int64(m.HeadDim)})
	}
	return g.Marshal(), nil
}

// output declares a value under a name of its own: two outputs may be one value.
func output(g *onnx.Graph, value, name string, dims ...onnx.Dim) {
	g.Nodes = append(g.Nodes, &onnx.Node{Op: "Identity", Name: name, In: []string{value}, Out: []string{name}})
	g.Output(name, onnx.Float, dims...)
}

// fuses tells whether a device has ONNX Runtime's own attention operator. Auto may
// end on the CPU or CUDA, which both have it.
func fuses(d ort.Device) bool {
	switch d.Provider {
	case "", ort.Auto, ort.CPU, ort.CUDA:
		return true
	}
	return false
}

// bareModel reads an .onnx encoder, whose one vector serves both purposes. Its
// preprocessing is that of the preprocessor_config.json beside it, else the usual
// one of ImageNet models.
func bareModel(o Options) (model, error) {
	data, err := os.ReadFile(o.File)
	if err != nil {
		return model{}, err
	}
	g, err := onnx.Unmarshal(data)
	if err != nil {
		return model{}, fmt.Errorf("%s: %w", o.File, err)
	}
	in, err := pictureInput(g)
	if err != nil {
		return model{}, fmt.Errorf("%s: %w", o.File, err)
	}
	pre, err := barePreprocess(o, in)
	if err != nil {
		return model{}, err
	}
	m := model{pre: pre, fixed: int(in.Dims[0].Size)}
	m.Family, m.CopyDim = "onnx", int(g.Outputs[0].Dims[1].Size)
	if !o.NoHead {
		m.HeadDim = m.CopyDim
	}
	m.graph = func(Options) ([]byte, error) { return data, nil }
	if w, h := pre.Size(); in.Dims[3].Size > 0 && int(in.Dims[3].Size) != w || in.Dims[2].Size > 0 && int(in.Dims[2].Size) != h {
		return m, fmt.Errorf("%s takes pictures of %d x %d pixels only, not %d x %d", o.File, in.Dims[3].Size, in.Dims[2].Size, w, h)
	}
	m.setKeys(o)
	return m, nil
}

// pictureInput returns the one input of a graph that takes pictures and gives one
// vector each.
func pictureInput(g *onnx.Graph) (onnx.Value, error) {
	if len(g.Inputs) != 1 || len(g.Inputs[0].Dims) != 4 || g.Inputs[0].Type != onnx.Float {
		return onnx.Value{}, errors.New("an encoder takes one input: pictures as float32 [n, 3, height, width]")
	}
	if len(g.Outputs) != 1 || len(g.Outputs[0].Dims) != 2 || g.Outputs[0].Dims[1].Size < 1 {
		return onnx.Value{}, errors.New("an encoder gives one output: a vector of known length for each picture, [n, length]")
	}
	return g.Inputs[0], nil
}

func barePreprocess(o Options, in onnx.Value) (preprocess.Config, error) {
	folder := filepath.Dir(o.File)
	pre := imageNet()
	if side := int(in.Dims[2].Size); side > 0 {
		pre = pre.WithResolution(side)
	}
	if _, err := os.Stat(filepath.Join(folder, preprocess.FileName)); err == nil {
		if pre, err = preprocess.ReadConfig(folder); err != nil {
			return pre, err
		}
	}
	if o.Resolution > 0 {
		pre = pre.WithResolution(o.Resolution)
	}
	return pre, nil
}

// imageNet is the preprocessing of most encoders: the shorter side to 256, the
// middle 224 pixels, channels with the mean and spread of ImageNet.
func imageNet() preprocess.Config {
	return preprocess.Config{
		Processor: "BitImageProcessor",
		DoResize:  true, Target: preprocess.Size{ShortestEdge: 256}, Filter: preprocess.Bicubic,
		DoCenterCrop: true, Crop: preprocess.Size{Height: 224, Width: 224},
		DoRescale: true, RescaleFactor: 1 / 255.0,
		DoNormalize: true, Mean: [3]float64{.485, .456, .406}, Std: [3]float64{.229, .224, .225},
	}
}
