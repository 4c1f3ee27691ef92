package descriptor

import (
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/autodiff"
)

// The inputs of the graphs that are no weights of the model.
const (
	tokensInput = "tokens" // [n, tokens, Hidden], what the frozen blocks give
	weightInput = "projection.weight"
	biasInput   = "projection.bias"
)

// network is the graphs of a run.
type network struct {
	below *onnx.Graph // patches [n, patches, 3 p^2] -> tokens [n*tokens, Hidden]; its weights are inside
	above *onnx.Graph // tokens and the trained weights -> descriptors [n, Dim] and features [n, Hidden]
	step  *onnx.Graph // tokens of a step and the trained weights -> its loss in parts, its descriptors, and gradients

	tokens  int         // of a picture
	trained []vit.Param // in the order of the gradients; the projection comes last
}

// newNetwork writes the graphs for m, which has the layers and the resolution of
// the job.
func newNetwork(m *vit.Model, o Options) (*network, error) {
	n := &network{tokens: m.Config.Tokens(m.Config.ImageSize, m.Config.ImageSize)}
	var err error
	if n.below, err = lower(m, o.Frozen); err != nil {
		return nil, err
	}
	above, err := newUpper("above", m, o, onnx.Dim{Name: "n"}, n.tokens)
	if err != nil {
		return nil, err
	}
	n.above = above.g
	n.above.Output(above.descriptors, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(o.Dim)})
	n.above.Output(above.features, onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Config.Hidden)})
	n.trained = above.trained
	return n, n.writeStep(m, o)
}

// lower writes the blocks that stay as they are, merged as for inference.
func lower(m *vit.Model, frozen int) (*onnx.Graph, error) {
	g := onnx.New("below")
	side := m.Config.ImageSize
	_, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, CLS: []int{frozen + 1}, Patches: true, Fused: true})
	if err != nil {
		return nil, err
	}
	at, err := seam(g, frozen)
	if err != nil {
		return nil, err
	}
	keep(g, at)
	g.Output(at, onnx.Float, onnx.Dim{Name: "rows"}, onnx.Dim{Size: int64(m.Config.Hidden)})
	return g, nil
}

// upper is the part of the network that is trained.
type upper struct {
	g           *onnx.Graph
	features    string // what the projection reads, [n, Hidden], each of length 1
	descriptors string // [n, Dim], each of length 1
	trained     []vit.Param
}

// newUpper writes the blocks above the frozen ones, the projection and both
// scalings to length 1, for n pictures.
func newUpper(name string, m *vit.Model, o Options, n onnx.Dim, tokens int) (*upper, error) {
	g := onnx.New(name)
	side, width := m.Config.ImageSize, m.Config.Hidden
	out, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, CLS: []int{o.Layers}, Patches: true, Params: true})
	if err != nil {
		return nil, err
	}
	at, err := seam(g, o.Frozen)
	if err != nil {
		return nil, err
	}
	keep(g, out.CLS[0], at)
	rows := &onnx.Node{Op: "Reshape", Name: "rows", In: []string{tokensInput, g.Ints(-1, width)}, Out: []string{at}}
	g.Nodes = append([]*onnx.Node{rows}, g.Nodes...)
	u := &upper{g: g}
	used := map[string]bool{}
	for _, v := range g.Inputs {
		used[v.Name] = true
	}
	for _, p := range out.Params {
		if used[p.Name] {
			u.trained = append(u.trained, p)
		}
	}
	g.Input(tokensInput, onnx.Float, n, onnx.Dim{Size: int64(tokens)}, onnx.Dim{Size: int64(width)})
	projection := []vit.Param{{Name: weightInput, Shape: []int{o.Dim, width}}, {Name: biasInput, Shape: []int{o.Dim}}}
	for _, p := range projection {
		g.Input(p.Name, onnx.Float, onnx.Dims(p.Shape...)...)
	}
	u.trained = append(u.trained, projection...)
	u.features = unit(g, out.CLS[0])
	y := g.Op("Gemm", []string{u.features, weightInput, biasInput}, onnx.IntAttr("transB", 1))
	u.descriptors = unit(g, y)
	return u, nil
}

// unit scales every row of x to length 1.
func unit(g *onnx.Graph, x string) string {
	squares := g.Op("ReduceSum", []string{g.Op("Mul", []string{x, x}), g.Ints(1)}, onnx.IntAttr("keepdims", 1))
	return g.Op("Div", []string{x, g.Op("Sqrt", []string{g.Op("Add", []string{squares, g.Float(1e-12)})})})
}

// writeStep writes the graph of a step: the loss over two versions of each
// picture, first versions first.
func (n *network) writeStep(m *vit.Model, o Options) error {
	views := 2 * o.Batch
	u, err := newUpper("step", m, o, onnx.Dim{Size: int64(views)}, n.tokens)
	if err != nil {
		return err
	}
	parts := writeLoss(u.g, u.descriptors, o)
	var names []string
	for _, p := range u.trained {
		names = append(names, p.Name)
	}
	grads, err := autodiff.Gradients(u.g, parts.total, names)
	if err != nil {
		return err
	}
	for _, v := range []string{parts.total, parts.nce, parts.koleo, parts.teach} {
		u.g.Output(v, onnx.Float, onnx.Dims(1)...)
	}
	u.g.Output(u.descriptors, onnx.Float, onnx.Dims(views, o.Dim)...)
	for _, p := range u.trained {
		u.g.Output(grads[p.Name], onnx.Float, onnx.Dims(p.Shape...)...)
	}
	n.step = u.g
	return nil
}
