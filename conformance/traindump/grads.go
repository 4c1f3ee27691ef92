package main

import (
	"context"
	"fmt"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/autodiff"
)

// grads differentiates the whole graph from pixels, its patch embedding included,
// which train itself feeds with patches.
func grads(args []string) error {
	m, in, err := load(args)
	if err != nil {
		return err
	}
	g, params, err := lossGraph(m, in.side)
	if err != nil {
		return err
	}
	out, err := evaluate(g, m, in)
	if err != nil {
		return err
	}
	fmt.Println(out[0].Floats()[0])
	for i, p := range params {
		m.Weights[p.Name] = vit.Tensor{Shape: p.Shape, Data: out[i+1].Floats()}
	}
	return save(args[2], m)
}

// lossGraph is the mean cross-entropy and its gradient by every weight.
func lossGraph(m *vit.Model, side int) (*onnx.Graph, []vit.Param, error) {
	g := onnx.New("loss")
	out, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, Logits: true, Params: true})
	if err != nil {
		return nil, nil, err
	}
	target := g.Input("target", onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Classes())})
	logp := g.Op("LogSoftmax", []string{out.Logits}, onnx.IntAttr("axis", -1))
	row := g.Op("ReduceSum", []string{g.Op("Mul", []string{logp, target}), g.Ints(1)}, onnx.IntAttr("keepdims", 1))
	loss := g.Op("Neg", []string{g.Op("ReduceMean", []string{row}, onnx.IntsAttr("axes", 0))})
	var names []string
	for _, p := range out.Params {
		names = append(names, p.Name)
	}
	by, err := autodiff.Gradients(g, loss, names)
	if err != nil {
		return nil, nil, err
	}
	g.Output(loss, onnx.Float)
	for _, n := range names {
		g.Output(by[n], onnx.Float)
	}
	return g, out.Params, nil
}

func evaluate(g *onnx.Graph, m *vit.Model, in *pictures) ([]*ort.Tensor, error) {
	rt, err := runtime()
	if err != nil {
		return nil, err
	}
	s, err := rt.NewSession(g.Marshal(), ort.SessionOptions{Device: ort.Device{Provider: ort.CPU}})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	inputs := make([]*ort.Tensor, len(s.Inputs()))
	for i, name := range s.Inputs() {
		if inputs[i], err = input(name, m, in); err != nil {
			return nil, err
		}
	}
	out := make([]*ort.Tensor, len(s.Outputs()))
	return out, s.Run(context.Background(), inputs, out)
}

func input(name string, m *vit.Model, in *pictures) (*ort.Tensor, error) {
	n := len(in.labels)
	switch name {
	case "pixel_values":
		var all []float32
		for _, p := range in.pixels {
			all = append(all, p...)
		}
		return ort.NewTensor(all, n, 3, in.side, in.side)
	case "target":
		onehot := make([]float32, n*m.Classes())
		for i, l := range in.labels {
			onehot[i*m.Classes()+l] = 1
		}
		return ort.NewTensor(onehot, n, m.Classes())
	}
	w := m.Weights[name]
	return ort.NewTensor(w.Data, w.Shape...)
}
