package train

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/autodiff"
	"github.com/curate/curate/train/recompute"
)

// The inputs of the graphs that are no weights.
const (
	patchesInput = "patches"
	targetInput  = "target"
	sumInput     = "sum." // and the name of a weight: what its gradient is added to
)

// graphs are the graphs of a run. Both take the patches, [n, patches, 3 p^2], and
// every weight.
type graphs struct {
	step    *onnx.Graph // also takes targets [n, classes] and the sums; gives the loss [1] and the sums with the gradient added
	judge   *onnx.Graph // gives the logits [n, classes]
	trained []vit.Param // the weights that have a gradient, in the order of the outputs
	form
}

// form is how graphs are written. None of it changes what they compute, but for
// rounding.
type form struct {
	kernels bool // with operators of internal/ort/kernel, for the CPU alone
	again   bool // blocks are computed again for their gradients, instead of being kept
}

// newGraphs writes the graphs of a model with a classifier and adapters. trains says
// which weights get gradients.
func newGraphs(m *vit.Model, adapters map[string]vit.Adapter, trains func(name string) bool, f form) (*graphs, error) {
	gs := &graphs{step: onnx.New("train"), judge: onnx.New("judge"), form: f}
	out, err := forward(gs.judge, m, adapters, f.kernels)
	if err != nil {
		return nil, err
	}
	free, classes := onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Classes())}
	gs.judge.Output(out.Logits, onnx.Float, free, classes)
	if out, err = forward(gs.step, m, adapters, f.kernels); err != nil {
		return nil, err
	}
	loss := crossEntropy(gs.step, out.Logits, gs.step.Input(targetInput, onnx.Float, free, classes))
	var names []string
	for _, p := range out.Params {
		if trains(p.Name) {
			names, gs.trained = append(names, p.Name), append(gs.trained, p)
		}
	}
	ahead := len(gs.step.Nodes)
	grads, err := autodiff.Gradients(gs.step, loss, names)
	if err != nil {
		return nil, err
	}
	if f.again {
		if err := recompute.Blocks(gs.step, ahead, out.Blocks); err != nil {
			return nil, err
		}
	}
	gs.step.Output(loss, onnx.Float, onnx.Dims(1)...)
	sums := addUp(gs.step, gs.trained, grads)
	for i, p := range gs.trained {
		gs.step.Output(sums[i], onnx.Float, onnx.Dims(p.Shape...)...)
	}
	gs.judge.Trim()
	gs.step.Trim()
	return gs, nil
}

// addUp adds to each gradient what an input holds, and returns the results. Products
// of matrices that can do it themselves are told to. Input and output of a run may
// lie in the same memory: each element is read before it is written.
func addUp(g *onnx.Graph, trained []vit.Param, grads map[string]string) []string {
	from := map[string]*onnx.Node{}
	for _, n := range g.Nodes {
		for _, out := range n.Out {
			from[out] = n
		}
	}
	sums := make([]string, len(trained))
	for i, p := range trained {
		grad := grads[p.Name]
		sum := g.Input(sumInput+p.Name, onnx.Float, onnx.Dims(p.Shape...)...)
		if n := from[grad]; n.Op == "LinearWeight" {
			for len(n.In) < 4 {
				n.In = append(n.In, "")
			}
			if grad == n.Out[0] {
				n.In[2] = sum
			} else {
				n.In[3] = sum
			}
			sums[i] = grad
			continue
		}
		sums[i] = g.Op("Add", []string{sum, grad})
	}
	return sums
}

func forward(g *onnx.Graph, m *vit.Model, adapters map[string]vit.Adapter, kernels bool) (vit.Outputs, error) {
	side := m.Config.ImageSize
	out, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, Logits: true, Patches: true, Params: true, Adapters: adapters, Kernels: kernels})
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
