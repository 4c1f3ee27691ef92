// Package shape works out the dimensions of every value of an ONNX graph before
// it runs, with the batch size left as a symbol.
//
// Start with [Infer], then ask the [Table]. train/autodiff needs shapes to undo
// broadcasting; train needs them to say how much memory a batch takes
// ([Table.Peak]). Operators without a rule give values of unknown shape, which is
// an error only for whoever asks for one.
//
// Source: the operator definitions of ONNX operator set 17.
package shape

import (
	"fmt"
	"strings"

	"github.com/curate/curate/internal/onnx"
)

// Dim is a size: N, or N times the symbol Sym, such as 65 times the batch.
type Dim struct {
	N   int
	Sym string
}

// Fixed tells whether the size is known before the graph runs.
func (d Dim) Fixed() bool { return d.Sym == "" }

func (d Dim) String() string {
	switch {
	case d.Sym == "":
		return fmt.Sprint(d.N)
	case d.N == 1:
		return d.Sym
	}
	return fmt.Sprintf("%d%s", d.N, d.Sym)
}

// Shape is the dimensions of a value, none for a scalar.
type Shape []Dim

func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = d.String()
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// Of makes a shape of fixed sizes.
func Of(sizes ...int) Shape {
	s := make(Shape, len(sizes))
	for i, n := range sizes {
		s[i].N = n
	}
	return s
}

// Elements returns the number of elements where each symbol stands for batch.
func (s Shape) Elements(batch int) int {
	n := 1
	for _, d := range s {
		n *= d.N
		if !d.Fixed() {
			n *= batch
		}
	}
	return n
}

// total returns the product of all dimensions; ok is false where two symbols meet.
func (s Shape) total() (Dim, bool) {
	t := Dim{N: 1}
	for _, d := range s {
		if d.Sym != "" && t.Sym != "" {
			return Dim{}, false
		}
		t = Dim{N: t.N * d.N, Sym: t.Sym + d.Sym}
	}
	return t, true
}

// Table holds what is known of a graph's values.
type Table struct {
	shapes map[string]Shape
	types  map[string]onnx.Type
	ints   map[string][]Dim  // integer vectors that are known, such as shapes
	why    map[string]string // why a value is unknown
}

// Shape returns the shape of a value; an unknown one is an error.
func (t *Table) Shape(value string) (Shape, error) {
	if s, ok := t.shapes[value]; ok {
		return s, nil
	}
	if why := t.why[value]; why != "" {
		return nil, fmt.Errorf("the shape of value %q is not known: %s", value, why)
	}
	return nil, fmt.Errorf("the graph has no value %q", value)
}

// Type returns the element type of a value, 0 if it is not known.
func (t *Table) Type(value string) onnx.Type { return t.types[value] }

// Ints returns an integer vector that is the same for every batch, such as the
// constant axes of an operator.
func (t *Table) Ints(value string) ([]int, bool) {
	v, ok := t.ints[value]
	out := make([]int, len(v))
	for i, d := range v {
		if !d.Fixed() {
			return nil, false
		}
		out[i] = d.N
	}
	return out, ok
}
