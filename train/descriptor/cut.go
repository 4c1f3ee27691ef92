package descriptor

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
)

// seam returns the value that block number i, counted from 0, of a model in g
// reads: the tokens that come out of the block below it, [n*tokens, Hidden].
func seam(g *onnx.Graph, i int) (string, error) {
	scale := fmt.Sprintf("encoder.layer.%d.norm1.weight", i)
	for _, n := range g.Nodes {
		if n.Op == "LayerNormalization" && n.In[1] == scale {
			return n.In[0], nil
		}
	}
	return "", fmt.Errorf("cut a graph: it has no block %d", i)
}

// keep removes from g all that value does not need, where what stands in stops is
// taken as given.
func keep(g *onnx.Graph, value string, stops ...string) {
	needed := map[string]bool{value: true}
	given := map[string]bool{}
	for _, s := range stops {
		given[s] = true
	}
	var nodes []*onnx.Node
	for i := len(g.Nodes) - 1; i >= 0; i-- {
		n, wanted := g.Nodes[i], false
		for _, out := range n.Out {
			wanted = wanted || needed[out] && !given[out]
		}
		if !wanted {
			continue
		}
		for _, in := range n.In {
			needed[in] = true
		}
		nodes = append(nodes, n)
	}
	g.Nodes = g.Nodes[:0]
	for i := len(nodes) - 1; i >= 0; i-- {
		g.Nodes = append(g.Nodes, nodes[i])
	}
	var inputs []onnx.Value
	for _, v := range g.Inputs {
		if needed[v.Name] {
			inputs = append(inputs, v)
		}
	}
	g.Inputs = inputs
	var init []*onnx.Tensor
	for _, t := range g.Init {
		if needed[t.Name] {
			init = append(init, t)
		}
	}
	g.Init = init
}
