package vit

import (
	"fmt"
	"slices"

	"github.com/curate/curate/internal/onnx"
)

// Options say what [Forward] writes.
type Options struct {
	Width, Height int   // pixels of the input
	CLS           []int // blocks, counted from 1, after which the CLS token is wanted, before the final norm
	Head          bool  // the input of the classifier
	Logits        bool  // the model's own classifier; an error where it has none

	// Patches takes the picture cut into patches as input, [n, patches, 3*p*p] with
	// each patch as channel, row, column, instead of [n, 3, height, width].
	Patches bool
	// Params makes the weights inputs of the graph, under the names of
	// [Config.Params], instead of constants. It is for training, so positions must
	// fit the size: see [Model.Resize].
	Params bool
	// Fused merges what inference can merge: layer scales into the matrices before
	// them, query, key and value into one product, attention into ONNX Runtime's own
	// operator, which the CPU and CUDA providers have. Without it the graph holds
	// standard operators only.
	Fused bool
	// Kernels uses the operators of internal/ort/kernel, which know their gradients and
	// are for training on a CPU.
	Kernels bool
	// Quantised holds linear layers in integers, by name (see [Config.Linears]), to be
	// used instead of the model's weights; scales of DINOv2's branches are already in
	// them. It goes with Fused.
	Quantised map[string]*Quantised
	// Adapters adds low-rank products to linear layers, by name (see
	// [Config.Linears]). Their matrices are weights of the model.
	Adapters map[string]Adapter
	// Observe adds the range of what each linear layer reads to the outputs, for
	// [Quantise]. Blocks are then computed for all tokens.
	Observe bool
}

// Outputs names the values that Forward wrote. They are not yet outputs of the
// graph.
type Outputs struct {
	Input  string   // "pixel_values" or "patches"
	CLS    []string // [n, Hidden] each, in the order of Options.CLS
	Head   string   // [n, HeadDim]
	Logits string   // [n, classes]
	Blocks []string // what stands between blocks, [n*tokens, Hidden] each: what the first one reads, ..., what the last one gives
	Params []Param  // the inputs that are weights, in the order of first use
	Ranges []Range  // of what the linear layers read, with Options.Observe
}

// Forward writes the forward pass of m into g and declares its input with a free
// batch size named "n". Blocks that no wanted output needs are left out, and of
// the last block only what is needed is computed.
func Forward(g *onnx.Graph, m *Model, o Options) (Outputs, error) {
	if err := o.check(m); err != nil {
		return Outputs{}, err
	}
	e := &emitter{g: g, m: m, c: m.Config, o: o, named: map[string]bool{}, rounded: map[string]string{}}
	e.patches = (o.Width / e.c.Patch) * (o.Height / e.c.Patch)
	e.tokens = e.c.Tokens(o.Width, o.Height)
	x, err := e.embed()
	if err != nil {
		return Outputs{}, err
	}
	e.out.CLS = make([]string, len(o.CLS))
	e.encode(x)
	return e.out, nil
}

func (o Options) check(m *Model) error {
	for _, l := range o.CLS {
		if l < 1 || l > m.Config.Layers {
			return fmt.Errorf("there is no layer %d: the model has 1 to %d", l, m.Config.Layers)
		}
	}
	switch {
	case len(o.CLS) == 0 && !o.Head && !o.Logits:
		return fmt.Errorf("no output of the model is asked for")
	case o.Logits && m.Classes() == 0:
		return fmt.Errorf("the model has no classifier")
	case o.Params && (o.Width != m.Config.ImageSize || o.Height != m.Config.ImageSize):
		return fmt.Errorf("weights as inputs need positions for %d x %d pixels, the model has them for %d", o.Width, o.Height, m.Config.ImageSize)
	case o.Params && o.Fused:
		return fmt.Errorf("weights as inputs cannot be fused")
	case o.Adapters != nil && o.Fused:
		return fmt.Errorf("a model with adapters cannot be fused; merge them first")
	case o.Kernels && o.Fused:
		return fmt.Errorf("a graph is fused for inference or uses the kernels of training, not both")
	case o.Quantised != nil && !o.Fused:
		return fmt.Errorf("layers in integers need ONNX Runtime's own operators")
	}
	for name, q := range o.Quantised {
		if err := q.Check(); err != nil {
			return fmt.Errorf("layer %s: %w", name, err)
		}
	}
	return nil
}

// emitter writes one model. Tokens stand in two dimensions, [n*tokens, Hidden],
// except inside attention: so every product of matrices is one Gemm.
type emitter struct {
	g       *onnx.Graph
	m       *Model
	c       Config
	o       Options
	patches int // of a picture
	tokens  int // of a picture, all of them
	named   map[string]bool
	rounded map[string]string // values as bytes, by value and range
	out     Outputs
}

// encode writes the blocks and what hangs on them.
func (e *emitter) encode(x string) {
	last := e.c.Layers
	if !e.o.Head && !e.o.Logits {
		last = slices.Max(e.o.CLS)
	}
	e.out.Blocks = []string{x}
	for i := range last {
		only := i == last-1 && e.onlyCLS(last)
		x = e.block(x, block(i), only)
		e.out.Blocks = append(e.out.Blocks, x)
		cls := x
		for k, l := range e.o.CLS {
			if l != i+1 {
				continue
			}
			if !only && cls == x {
				cls = e.first(x, 0)
			}
			e.out.CLS[k] = cls
		}
		if i == e.c.Layers-1 && (e.o.Head || e.o.Logits) {
			e.head(x, only)
		}
	}
}

// onlyCLS tells whether nothing but the CLS token of the last block is read.
func (e *emitter) onlyCLS(last int) bool {
	if e.o.Observe {
		return false
	}
	whole := e.c.Family.dino() || e.o.Logits && e.m.teacher()
	return !(whole && (e.o.Head || e.o.Logits))
}

// head writes what follows the blocks: the final norm, the vector that the
// classifier reads, and the classifier.
func (e *emitter) head(x string, only bool) {
	y := e.norm(x, "layernorm")
	cls := y
	if !only {
		cls = e.first(y, 0)
	}
	e.out.Head = cls
	if e.c.Family.dino() {
		e.out.Head = e.g.Op("Concat", []string{cls, e.meanOfPatches(y)}, onnx.IntAttr("axis", 1))
	}
	if !e.o.Logits {
		return
	}
	if !e.m.teacher() {
		e.out.Logits = e.linear(e.out.Head, "classifier")
		return
	}
	sum := e.g.Op("Add", []string{e.linear(cls, "cls_classifier"), e.linear(e.first(y, 1), "distillation_classifier")})
	e.out.Logits = e.g.Op("Mul", []string{sum, e.g.Float(.5)})
}

// first returns token i of every picture, [n, Hidden].
func (e *emitter) first(x string, i int) string {
	return e.reshape(e.slice(x, i, i+1), -1, e.c.Hidden)
}

// slice returns tokens from to to-1 of every picture, [n, to-from, Hidden].
func (e *emitter) slice(x string, from, to int) string {
	x = e.reshape(x, -1, e.tokens, e.c.Hidden)
	return e.g.Op("Slice", []string{x, e.g.Ints(from), e.g.Ints(to), e.g.Ints(1)})
}

func (e *emitter) meanOfPatches(x string) string {
	x = e.slice(x, e.tokens-e.patches, e.tokens)
	return e.g.Op("ReduceMean", []string{x}, onnx.IntsAttr("axes", 1), onnx.IntAttr("keepdims", 0))
}

func (e *emitter) reshape(x string, dims ...int) string {
	return e.g.Op("Reshape", []string{x, e.g.Ints(dims...)})
}
