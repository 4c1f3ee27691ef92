// Package autodiff adds gradients to ONNX graphs: reverse-mode differentiation,
// one rule an operator, plain ONNX operators out.
//
// Use [Gradients]. It walks the nodes back from the loss and lets each operator's
// rule turn the gradient of its output into gradients of its inputs (the chain
// rule; Griewank & Walther, Evaluating Derivatives, 2nd ed., section 3.2). In the
// comments d is the gradient of the loss by a value: dy of an output, dx of an
// input. Nothing is added below the first value that depends on a parameter, so
// frozen layers cost no backward work.
//
// The package runs nothing, knows no model and no optimiser.
package autodiff

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/train/shape"
)

// Gradients adds to g the nodes that compute the gradient of loss, a value with
// one element, by each of params, which are inputs or weights of g. It returns the
// name of each parameter's gradient, a value of the parameter's shape. An operator
// without a rule on the way, and a parameter that cannot change the loss, are
// errors.
func Gradients(g *onnx.Graph, loss string, params []string) (map[string]string, error) {
	table, err := shape.Infer(g)
	if err != nil {
		return nil, fmt.Errorf("differentiate %s: %w", g.Name, err)
	}
	b := &tape{g: g, table: table, needs: map[string]bool{}, grad: map[string]string{}, from: map[string]*onnx.Node{}, scalars: map[float64]string{}}
	b.mark(params)
	if err := b.seed(loss); err != nil {
		return nil, fmt.Errorf("differentiate %s: %w", g.Name, err)
	}
	if err := b.back(); err != nil {
		return nil, fmt.Errorf("differentiate %s: %w", g.Name, err)
	}
	out := map[string]string{}
	for _, p := range params {
		if out[p] = b.grad[p]; out[p] == "" {
			return nil, fmt.Errorf("differentiate %s: parameter %s cannot change %s", g.Name, p, loss)
		}
	}
	return out, nil
}

// tape is a differentiation under way.
type tape struct {
	g       *onnx.Graph
	table   *shape.Table
	typ     onnx.Type             // of the loss, and so of every gradient
	from    map[string]*onnx.Node // the node that computes a value
	needs   map[string]bool       // values that depend on a parameter
	grad    map[string]string     // value -> its gradient so far
	scalars map[float64]string
	err     error // the first fault of a rule
}

// mark notes which values depend on a parameter, and where each value comes from.
func (b *tape) mark(params []string) {
	for _, p := range params {
		b.needs[p] = true
	}
	for _, n := range b.g.Nodes {
		dep := false
		for _, in := range n.In {
			dep = dep || b.needs[in]
		}
		for _, out := range n.Out {
			b.from[out], b.needs[out] = n, dep
		}
	}
}

// seed sets the gradient of the loss by itself: 1.
func (b *tape) seed(loss string) error {
	s, err := b.table.Shape(loss)
	if err != nil {
		return err
	}
	if s.Elements(2) != 1 {
		return fmt.Errorf("the loss %s has shape %v, not one element", loss, s)
	}
	b.typ = b.table.Type(loss)
	dims := make([]int64, len(s))
	for i := range s {
		dims[i] = 1
	}
	b.grad[loss] = b.constant(1, dims)
	return nil
}

// back walks the nodes from the last to the first.
func (b *tape) back() error {
	rules := rules()
	forward := b.g.Nodes
	for i := len(forward) - 1; i >= 0; i-- {
		n := forward[i]
		if !b.wanted(n) {
			continue
		}
		rule, ok := rules[n.Op]
		if !ok {
			return fmt.Errorf("no gradient rule for operator %s (node %s)", n.Op, n.Name)
		}
		if rule(b, n, b.grad[n.Out[0]]); b.err != nil {
			return fmt.Errorf("gradient of %s (node %s): %w", n.Op, n.Name, b.err)
		}
	}
	return nil
}

// wanted tells whether a node has a gradient to pass on, and something to pass it to.
func (b *tape) wanted(n *onnx.Node) bool {
	for _, out := range n.Out {
		if b.grad[out] != "" && b.needs[out] {
			return true
		}
	}
	return false
}

// flow adds a contribution to the gradient of a value. It is computed only where
// somebody needs it.
func (b *tape) flow(value string, dx func() string) {
	if value == "" || !b.needs[value] || b.err != nil {
		return
	}
	d := dx()
	if old := b.grad[value]; old != "" {
		d = b.op("Add", old, d)
	}
	b.grad[value] = d
}

// fail notes the first fault.
func (b *tape) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf(format, args...)
	}
}
