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

// folderModel builds the graph of a model folder.
func folderModel(o Options) (model, preprocess.Config, error) {
	pre, err := preprocess.ReadConfig(o.Folder)
	if err != nil {
		return model{}, pre, err
	}
	if o.Resolution > 0 {
		pre = pre.WithResolution(o.Resolution)
	}
	m, err := vit.Load(o.Folder)
	if err != nil {
		return model{}, pre, err
	}
	layers := o.Layers
	if layers == nil {
		layers = DefaultLayers(m.Config.Layers)
	}
	w, h := pre.Size()
	out := model{name: string(m.Config.Family), layers: layers, hidden: m.Config.Hidden, tokens: m.Config.Tokens(w, h)}
	g := onnx.New("encoder")
	f, err := vit.Forward(g, m, vit.Options{Width: w, Height: h, CLS: layers, Head: !o.NoHead, Fused: fuses(o.Device)})
	if err != nil {
		return out, pre, fmt.Errorf("%s: %w", o.Folder, err)
	}
	n := onnx.Dim{Name: "n"}
	for i, v := range f.CLS {
		output(g, v, fmt.Sprintf("cls_%d", layers[i]), n, onnx.Dim{Size: int64(m.Config.Hidden)})
	}
	if !o.NoHead {
		out.head = m.Config.HeadDim()
		output(g, f.Head, "head", n, onnx.Dim{Size: int64(out.head)})
	}
	out.graph = g.Marshal()
	return out, pre, nil
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

// bareModel reads an .onnx encoder. Its preprocessing is that of the
// preprocessor_config.json beside it, else the usual one of ImageNet models.
func bareModel(o Options) (model, preprocess.Config, error) {
	data, err := os.ReadFile(o.File)
	if err != nil {
		return model{}, preprocess.Config{}, err
	}
	g, err := onnx.Unmarshal(data)
	if err != nil {
		return model{}, preprocess.Config{}, fmt.Errorf("%s: %w", o.File, err)
	}
	in, err := pictureInput(g)
	if err != nil {
		return model{}, preprocess.Config{}, fmt.Errorf("%s: %w", o.File, err)
	}
	pre, err := barePreprocess(o, in)
	if err != nil {
		return model{}, pre, err
	}
	m := model{graph: data, name: "onnx", fixed: int(in.Dims[0].Size), head: int(g.Outputs[0].Dims[1].Size)}
	if w, h := pre.Size(); in.Dims[3].Size > 0 && int(in.Dims[3].Size) != w || in.Dims[2].Size > 0 && int(in.Dims[2].Size) != h {
		return m, pre, fmt.Errorf("%s takes pictures of %d x %d pixels only, not %d x %d", o.File, in.Dims[3].Size, in.Dims[2].Size, w, h)
	}
	return m, pre, nil
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
