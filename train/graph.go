package train

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/autodiff"
)

// The inputs of the graphs that are no weights.
const (
	patchesInput = "patches"
	targetInput  = "target"
)

// graphs are the graphs of a run. Both take the patches, [n, patches, 3 p^2], and
// every weight.
type graphs struct {
	step    *onnx.Graph // also takes targets [n, classes]; gives the loss [1] and the gradient of each trained weight
	judge   *onnx.Graph // gives the logits [n, classes]
	trained []vit.Param // the weights that have a gradient, in the order of the outputs
}

// newGraphs writes the graphs of a model with a classifier and adapters. trains says
// which weights get gradients.
func newGraphs(m *vit.Model, adapters map[string]vit.Adapter, trains func(name string) bool) (*graphs, error) {
	gs := &graphs{step: onnx.New("train"), judge: onnx.New("judge")}
	out, err := forward(gs.judge, m, adapters)
	if err != nil {
		return nil, err
	}
	free, classes := onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Classes())}
	gs.judge.Output(out.Logits, onnx.Float, free, classes)
	if out, err = forward(gs.step, m, adapters); err != nil {
		return nil, err
	}
	loss := crossEntropy(gs.step, out.Logits, gs.step.Input(targetInput, onnx.Float, free, classes))
	var names []string
	for _, p := range out.Params {
		if trains(p.Name) {
			names, gs.trained = append(names, p.Name), append(gs.trained, p)
		}
	}
	grads, err := autodiff.Gradients(gs.step, loss, names)
	if err != nil {
		return nil, err
	}
	gs.step.Output(loss, onnx.Float, onnx.Dims(1)...)
	for _, p := range gs.trained {
		gs.step.Output(grads[p.Name], onnx.Float, onnx.Dims(p.Shape...)...)
	}
	return gs, nil
}

func forward(g *onnx.Graph, m *vit.Model, adapters map[string]vit.Adapter) (vit.Outputs, error) {
	side := m.Config.ImageSize
	out, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, Logits: true, Patches: true, Params: true, Adapters: adapters})
	if err != nil {
		return out, fmt.Errorf("write the training graph: %w", err)
	}
	return out, nil
}

// crossEntropy is the sum over pictures and classes of t ln softmax(logits). With
// t = -1/N for the true class and 0 for the others, N the pictures of a step, it
// is a micro-batch's part of the step's mean loss: losses and gradients of
// micro-batches add up to those of the step.
func crossEntropy(g *onnx.Graph, logits, t string) string {
	logp := g.Op("LogSoftmax", []string{logits}, onnx.IntAttr("axis", -1))
	sum := g.Op("ReduceSum", []string{g.Op("Mul", []string{logp, t})}, onnx.IntAttr("keepdims", 1))
	return g.Op("Reshape", []string{sum, g.Ints(1)})
}
