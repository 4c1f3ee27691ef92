// Package recompute trades time for memory: it rewrites a graph with gradients so
// that what the forward pass computed inside its blocks is not kept but computed once
// more where the backward pass needs it (Chen et al., Training Deep Nets with
// Sublinear Memory Cost, 2016). Only what stands between blocks stays in memory.
//
// Use [Blocks]. The same operators run on the same numbers, so gradients do not
// change by a bit. The package knows no model: its caller names the values between
// blocks.
package recompute

import (
	"fmt"
	"slices"

	"github.com/curate/curate/internal/onnx"
)

// Blocks rewrites g, whose first forward nodes are the forward pass and whose others
// are its gradient. bounds are the values between blocks in their order: what the
// first block reads, ..., what the last one gives. The last block is not computed
// again: the backward pass begins with it.
func Blocks(g *onnx.Graph, forward int, bounds []string) error {
	if forward > len(g.Nodes) || len(bounds) < 2 {
		return fmt.Errorf("recompute: %d forward nodes of %d, %d values between blocks", forward, len(g.Nodes), len(bounds))
	}
	p := &pass{g: g, forward: g.Nodes[:forward], block: map[string]int{}, again: map[string]string{}}
	if err := p.part(bounds); err != nil {
		return err
	}
	backward := g.Nodes[forward:]
	g.Nodes = append([]*onnx.Node{}, p.forward...)
	used := map[string]bool{}
	for _, n := range backward {
		for _, in := range n.In {
			used[in] = true
		}
	}
	begun := make([]bool, len(p.start))
	var after []string // what must be done before the next block is repeated
	for i, n := range backward {
		for _, in := range n.In {
			if b, ok := p.block[in]; ok && !begun[b] && i > 0 {
				begun[b] = true
				p.repeat(b, append(after, backward[i-1].Out[0]))
				after = nil
			}
		}
		if !slices.ContainsFunc(n.Out, func(out string) bool { return used[out] }) {
			after = append(after, n.Out[0]) // the gradient of a weight
		}
		for k, in := range n.In {
			if to, ok := p.again[in]; ok {
				n.In[k] = to
			}
		}
		g.Nodes = append(g.Nodes, n)
	}
	return nil
}

// pass is a rewriting under way.
type pass struct {
	g       *onnx.Graph
	forward []*onnx.Node
	bounds  []string
	start   []int             // of each block that may be repeated, and the end of the last: places in forward
	block   map[string]int    // of each value inside such a block
	again   map[string]string // value -> its second edition
}

// part finds the nodes of the blocks.
func (p *pass) part(bounds []string) error {
	made := map[string]int{}
	for i, n := range p.forward {
		for _, out := range n.Out {
			made[out] = i
		}
	}
	for _, b := range bounds {
		at, ok := made[b]
		if !ok || len(p.start) > 0 && at < p.start[len(p.start)-1] {
			return fmt.Errorf("recompute: %q is not computed by the forward pass, or not in the order of the blocks", b)
		}
		p.start = append(p.start, at+1)
	}
	p.bounds = bounds
	p.start = p.start[:len(p.start)-1] // without the last block
	for b := range len(p.start) - 1 {
		for _, n := range p.forward[p.start[b]:p.start[b+1]] {
			for _, out := range n.Out {
				if out != bounds[b+1] {
					p.block[out] = b
				}
			}
		}
	}
	return nil
}

// repeat adds the nodes of a block once more. They wait for values of the backward
// pass, and read a copy of what the block reads: else a runtime may compute them at
// once, keep what the block above them needed while it does, or see that they are
// the same as the first ones and merge both.
func (p *pass) repeat(b int, after []string) {
	sizes := make([]string, len(after))
	for i, v := range after {
		sizes[i] = p.g.Op("Cast", []string{p.g.Op("Size", []string{v})}, onnx.IntAttr("to", int(onnx.Float)))
	}
	nothing := p.g.Op("Mul", []string{p.g.Op("Sum", sizes), p.g.Float(0)})
	p.again[p.bounds[b]] = p.g.Op("Add", []string{p.bounds[b], nothing})
	for _, n := range p.forward[p.start[b]:p.start[b+1]] {
		twin := &onnx.Node{Op: n.Op, Domain: n.Domain, Name: n.Name + ".again", Attrs: n.Attrs}
		for _, in := range n.In {
			if to, ok := p.again[in]; ok {
				in = to
			}
			twin.In = append(twin.In, in)
		}
		for _, out := range n.Out {
			p.again[out] = out + ".again"
			twin.Out = append(twin.Out, out+".again")
		}
		p.g.Nodes = append(p.g.Nodes, twin)
	}
	// What stands between blocks is there anyway.
	delete(p.again, p.bounds[b])
	delete(p.again, p.bounds[b+1])
}
