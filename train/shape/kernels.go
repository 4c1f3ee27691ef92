package shape

import (
	"fmt"

	"github.com/curate/curate/internal/onnx"
)

// The operators of internal/ort/kernel, which operators.c describes.

// two returns the shapes of the first two inputs, which must be matrices.
func two(t *Table, n *onnx.Node) (a, b Shape, err error) {
	a, b = t.at(n, 0), t.at(n, 1)
	if len(a) != 2 || len(b) != 2 {
		return a, b, fmt.Errorf("%v and %v are no matrices", a, b)
	}
	return a, b, nil
}

func linear(t *Table, n *onnx.Node) ([]Shape, error) {
	x, w, err := two(t, n)
	if err != nil || x[1] != w[1] {
		return nil, fmt.Errorf("%v and %v cannot be multiplied", x, w)
	}
	return []Shape{{x[0], w[0]}}, nil
}

func linearInput(t *Table, n *onnx.Node) ([]Shape, error) {
	dy, w, err := two(t, n)
	if err != nil || dy[1] != w[0] {
		return nil, fmt.Errorf("%v and %v cannot be multiplied", dy, w)
	}
	return []Shape{{dy[0], w[1]}}, nil
}

func linearWeight(t *Table, n *onnx.Node) ([]Shape, error) {
	dy, x, err := two(t, n)
	if err != nil || dy[0] != x[0] {
		return nil, fmt.Errorf("%v and %v cannot be multiplied", dy, x)
	}
	return []Shape{{dy[1], x[1]}, {dy[1]}}, nil
}

func attend(t *Table, n *onnx.Node) ([]Shape, error) {
	q, tokens, heads := t.at(n, 0), n.Int("tokens", 0), n.Int("heads", 0)
	if len(q) != 2 || tokens < 1 || q[0].N%tokens != 0 {
		return nil, fmt.Errorf("%v is not made of pictures of %d tokens", q, tokens)
	}
	pictures := Dim{N: q[0].N / tokens, Sym: q[0].Sym}
	return []Shape{q, {pictures, {N: heads}, {N: tokens}, {N: tokens}}}, nil
}

func attendGrad(t *Table, n *onnx.Node) ([]Shape, error) {
	q := t.at(n, 1)
	return []Shape{q, q, q}, nil
}

func layerNormGrad(t *Table, n *onnx.Node) ([]Shape, error) {
	return []Shape{t.at(n, 1), t.at(n, 2), t.at(n, 2)}, nil
}

func scaleGrad(t *Table, n *onnx.Node) ([]Shape, error) { return []Shape{t.at(n, 1), t.at(n, 2)}, nil }
