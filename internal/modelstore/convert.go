package modelstore

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/safetensors"
)

// patchWeight is the weight by which a ViT is known inside a graph; what stands
// before it in the name is the prefix of the whole backbone.
const patchWeight = "embeddings.patch_embeddings.projection.weight"

// backbonePrefix finds a DINOv2 backbone in a graph that PyTorch exported.
func backbonePrefix(g *onnx.Graph) (prefix string, ok bool) {
	for _, t := range g.Init {
		if prefix, ok := strings.CutSuffix(t.Name, patchWeight); ok {
			return prefix, true
		}
	}
	return "", false
}

// backbone is a DINOv2 model taken out of a graph.
type backbone struct {
	tensors       []safetensors.Tensor
	hidden, mlp   int
	layers, patch int
	grid          int // patches along one side that positions were made for
}

// takeBackbone collects the weights of a DINOv2 backbone under their Hugging
// Face names. The exporter keeps the names of biases and norms, but stores the
// weights of linear layers transposed and nameless: each is named by the bias
// that is added to its product. Position embeddings come in two nameless pieces,
// for the CLS token and for the patches.
func takeBackbone(g *onnx.Graph, prefix string) (*backbone, error) {
	c := &collector{prefix: prefix, init: map[string]*onnx.Tensor{}, out: map[string]safetensors.Tensor{}}
	for _, t := range g.Init {
		c.init[t.Name] = t
	}
	for name, t := range c.init {
		if short, ok := c.part(name); ok {
			c.add(short, t)
		}
	}
	c.addLinear(g)
	b, err := c.shape()
	if err != nil {
		return nil, err
	}
	if err := c.addPositions(b); err != nil {
		return nil, err
	}
	if _, ok := c.out["embeddings.mask_token"]; !ok {
		c.put("embeddings.mask_token", []int{1, b.hidden}, make([]float32, b.hidden))
	}
	for _, t := range c.out {
		b.tensors = append(b.tensors, t)
	}
	return b, c.err
}

// collector gathers tensors by their new names and keeps the first error.
type collector struct {
	prefix string
	init   map[string]*onnx.Tensor
	out    map[string]safetensors.Tensor
	err    error
}

func (c *collector) put(name string, shape []int, data []float32) {
	c.out[name] = safetensors.Tensor{Name: name, Type: safetensors.F32, Shape: shape, Floats: data}
}

func (c *collector) add(name string, t *onnx.Tensor) {
	data, err := t.Float32s()
	if err != nil {
		c.err = errors.Join(c.err, err)
		return
	}
	c.put(name, dims(t), data)
}

// part says whether a name is one of the backbone's, and returns its Hugging Face name.
func (c *collector) part(name string) (short string, ok bool) {
	short, ok = strings.CutPrefix(name, c.prefix)
	return short, ok && (strings.HasPrefix(short, "embeddings.") || strings.HasPrefix(short, "encoder.") || strings.HasPrefix(short, "layernorm."))
}

// addLinear names the weights of matrix products by the biases added to them.
func (c *collector) addLinear(g *onnx.Graph) {
	adds := map[string]*onnx.Node{} // by each input
	for _, n := range g.Nodes {
		if n.Op == "Add" && len(n.In) == 2 {
			adds[n.In[0]], adds[n.In[1]] = n, n
		}
	}
	for _, n := range g.Nodes {
		if n.Op != "MatMul" || len(n.In) != 2 || len(n.Out) != 1 {
			continue
		}
		weight, add := c.init[n.In[1]], adds[n.Out[0]]
		if weight == nil || add == nil || len(weight.Dims) != 2 {
			continue
		}
		bias := add.In[0]
		if bias == n.Out[0] {
			bias = add.In[1]
		}
		short, inside := c.part(bias)
		layer, isBias := strings.CutSuffix(short, ".bias")
		if inside && isBias {
			c.addTransposed(layer+".weight", weight)
		}
	}
}

func (c *collector) addTransposed(name string, t *onnx.Tensor) {
	data, err := t.Float32s()
	if err != nil {
		c.err = errors.Join(c.err, err)
		return
	}
	rows, cols := int(t.Dims[0]), int(t.Dims[1])
	turned := make([]float32, len(data))
	for i := range rows {
		for j := range cols {
			turned[j*rows+i] = data[i*cols+j]
		}
	}
	c.put(name, []int{cols, rows}, turned)
}

// shape reads the sizes of the model off its weights.
func (c *collector) shape() (*backbone, error) {
	patch := c.out[patchWeight].Shape
	if len(patch) != 4 || patch[1] != 3 || patch[2] != patch[3] {
		return nil, fmt.Errorf("its patch projection has the shape %v, want D x 3 x P x P", patch)
	}
	b := &backbone{hidden: patch[0], patch: patch[2], mlp: len(c.out["encoder.layer.0.mlp.fc1.bias"].Floats)}
	for b.layers < 1000 && c.has(fmt.Sprintf("encoder.layer.%d.norm1.weight", b.layers)) {
		b.layers++
	}
	switch {
	case b.layers == 0 || b.mlp == 0 || !c.has("layernorm.weight"):
		return nil, errors.New("it has a patch projection, but no transformer blocks under DINOv2's names")
	case b.hidden%64 != 0:
		return nil, fmt.Errorf("it is %d wide, which is no multiple of 64, the width of a DINOv2 head", b.hidden)
	}
	return b, nil
}

func (c *collector) has(name string) bool { _, ok := c.out[name]; return ok }

// addPositions joins the CLS token's position and those of the patches.
func (c *collector) addPositions(b *backbone) error {
	const name = "embeddings.position_embeddings"
	if t, ok := c.out[name]; ok && len(t.Shape) == 3 {
		b.grid = squareRoot(t.Shape[1] - 1)
		return nil
	}
	cls, err := c.nameless(func(shape []int) bool { return slices.Equal(shape, []int{1, 1, b.hidden}) })
	if err != nil {
		return fmt.Errorf("position of the CLS token: %w", err)
	}
	patches, err := c.nameless(func(shape []int) bool {
		return len(shape) == 3 && shape[0] == 1 && shape[1] > 1 && shape[2] == b.hidden && squareRoot(shape[1]) > 0
	})
	if err != nil {
		return fmt.Errorf("positions of the patches: %w", err)
	}
	b.grid = squareRoot(len(patches) / b.hidden)
	c.put(name, []int{1, 1 + b.grid*b.grid, b.hidden}, slices.Concat(cls, patches))
	return nil
}

// nameless returns the one constant outside the backbone's names whose shape fits.
func (c *collector) nameless(fits func(shape []int) bool) ([]float32, error) {
	var found []*onnx.Tensor
	for name, t := range c.init {
		if _, named := c.part(name); !named && t.Type == onnx.Float && fits(dims(t)) {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d constants of the graph could be it, want one", len(found))
	}
	return found[0].Float32s()
}

func dims(t *onnx.Tensor) []int {
	shape := make([]int, len(t.Dims))
	for i, d := range t.Dims {
		shape[i] = int(d)
	}
	return shape
}

// squareRoot returns the root of a square number, 0 of any other.
func squareRoot(n int) int {
	root := int(math.Round(math.Sqrt(float64(max(n, 0)))))
	if root*root != n {
		return 0
	}
	return root
}
