package shape

import (
	"fmt"
	"math"
	"slices"

	"github.com/curate/curate/internal/onnx"
)

func outside(i, n int) error { return fmt.Errorf("%d is outside of %d", i, n) }

func transpose(t *Table, n *onnx.Node) ([]Shape, error) {
	x := t.at(n, 0)
	perm, err := Perm(n, len(x))
	if err != nil {
		return nil, err
	}
	out := make(Shape, len(x))
	for i, p := range perm {
		out[i] = x[p]
	}
	return []Shape{out}, nil
}

// Perm returns the permutation of a Transpose node, the default one included.
func Perm(n *onnx.Node, rank int) ([]int, error) {
	perm := n.Ints("perm")
	if perm == nil {
		for i := range rank {
			perm = append(perm, rank-1-i)
		}
	}
	sorted := slices.Clone(perm)
	slices.Sort(sorted)
	for i, p := range sorted {
		if i != p || len(perm) != rank {
			return nil, fmt.Errorf("permutation %v of %d dimensions", perm, rank)
		}
	}
	return perm, nil
}

func reshape(t *Table, n *onnx.Node) ([]Shape, error) {
	x := t.at(n, 0)
	want, ok := t.ints[n.In[1]]
	if !ok {
		return []Shape{nil}, nil
	}
	out, open := append(Shape{}, want...), -1
	for i, d := range out {
		switch {
		case d == Dim{N: 0} && i < len(x):
			out[i] = x[i]
		case d == Dim{N: -1}:
			open = i
		}
	}
	if open < 0 {
		return []Shape{out}, nil
	}
	all, ok := x.total()
	rest, ok2 := slices.Delete(slices.Clone(out), open, open+1).total()
	switch {
	case !ok || !ok2 || rest.N == 0:
		return []Shape{nil}, nil
	case rest.Sym == all.Sym:
		all.Sym, rest.Sym = "", ""
	}
	if all.N%rest.N != 0 || rest.Sym != "" {
		return nil, fmt.Errorf("%v does not become %v", x, want)
	}
	out[open] = Dim{N: all.N / rest.N, Sym: all.Sym}
	return []Shape{out}, nil
}

func flatten(t *Table, n *onnx.Node) ([]Shape, error) {
	x := t.at(n, 0)
	axis := Axis(n.Int("axis", 1), len(x))
	if axis < 0 || axis > len(x) {
		return nil, outside(axis, len(x))
	}
	a, ok := x[:axis].total()
	b, ok2 := x[axis:].total()
	if !ok || !ok2 {
		return []Shape{nil}, nil
	}
	return []Shape{{a, b}}, nil
}

func squeeze(t *Table, n *onnx.Node) ([]Shape, error) {
	x := t.at(n, 0)
	axes, err := t.Axes(n, len(x))
	if err != nil {
		return nil, err
	}
	out := Shape{}
	for i, d := range x {
		if !slices.Contains(axes, i) && (len(axes) > 0 || d != (Dim{N: 1})) {
			out = append(out, d)
		}
	}
	return []Shape{out}, nil
}

func unsqueeze(t *Table, n *onnx.Node) ([]Shape, error) {
	out := append(Shape{}, t.at(n, 0)...)
	given, err := t.optional(n, 1)
	if err != nil {
		return nil, err
	}
	axes, err := t.Axes(n, len(out)+len(given))
	if err != nil {
		return nil, err
	}
	slices.Sort(axes)
	for _, a := range axes {
		out = slices.Insert(out, a, Dim{N: 1})
	}
	return []Shape{out}, nil
}

// Cut is what a Slice node takes of one axis, with step 1.
type Cut struct{ Axis, Start, End int }

// In returns where the cut begins and ends in an axis of size n.
func (c Cut) In(n int) (start, end int) {
	start = min(max(Axis(c.Start, n), 0), n)
	return start, min(max(Axis(c.End, n), start), n)
}

// Cuts returns the cuts of a Slice node on a value of that rank; steps other than
// 1 are an error.
func (t *Table) Cuts(n *onnx.Node, rank int) ([]Cut, error) {
	start, err := t.optional(n, 1)
	if err != nil {
		return nil, err
	}
	end, err := t.optional(n, 2)
	if err != nil {
		return nil, err
	}
	axes, err := t.optional(n, 3)
	if err != nil {
		return nil, err
	}
	if len(end) != len(start) || (axes != nil && len(axes) != len(start)) {
		return nil, fmt.Errorf("%d starts, %d ends and %d axes", len(start), len(end), len(axes))
	}
	steps, err := t.optional(n, 4)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(steps, func(s int) bool { return s != 1 }) {
		return nil, fmt.Errorf("steps %v: only 1 is known", steps)
	}
	cuts := make([]Cut, len(start))
	for i := range cuts {
		cuts[i] = Cut{i, start[i], min(end[i], math.MaxInt32)}
		if axes != nil {
			cuts[i].Axis = Axis(axes[i], rank)
		}
		if a := cuts[i].Axis; a < 0 || a >= rank {
			return nil, outside(a, rank)
		}
	}
	return cuts, nil
}

func slice(t *Table, n *onnx.Node) ([]Shape, error) {
	out := append(Shape{}, t.at(n, 0)...)
	cuts, err := t.Cuts(n, len(out))
	if err != nil {
		return nil, err
	}
	for _, c := range cuts {
		if !out[c.Axis].Fixed() {
			return []Shape{nil}, nil
		}
		start, end := c.In(out[c.Axis].N)
		out[c.Axis].N = end - start
	}
	return []Shape{out}, nil
}
