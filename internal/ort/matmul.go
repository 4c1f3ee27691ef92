package ort

import (
	"context"
	"fmt"

	"github.com/curate/curate/internal/onnx"
)

// MatMul multiplies blocks of row vectors: every dot product of the rows of A
// with the rows of B.
type MatMul struct {
	s *Session
	k int
}

// NewMatMul prepares products of rows of k float32 numbers. It must be closed.
func NewMatMul(rt *Runtime, o SessionOptions, k int) (*MatMul, error) {
	g := onnx.New("matmul")
	a := g.Input("a", onnx.Float, onnx.Dim{Name: "m"}, onnx.Dim{Size: int64(k)})
	b := g.Input("b", onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(k)})
	y := g.Op("Gemm", []string{a, b}, onnx.IntAttr("transB", 1))
	g.Output(y, onnx.Float, onnx.Dim{Name: "m"}, onnx.Dim{Name: "n"})
	s, err := rt.NewSession(g.Marshal(), o)
	if err != nil {
		return nil, err
	}
	return &MatMul{s: s, k: k}, nil
}

// Run writes A times B transposed to out: a holds rows of k numbers, b too, and
// out has len(a)/k rows of len(b)/k numbers. Several goroutines may call it.
func (m *MatMul) Run(ctx context.Context, a, b, out []float32) error {
	rows, cols := len(a)/m.k, len(b)/m.k
	if rows == 0 || cols == 0 {
		return nil
	}
	ta, err := NewTensor(a, rows, m.k)
	if err != nil {
		return fmt.Errorf("multiply blocks: %w", err)
	}
	tb, err := NewTensor(b, cols, m.k)
	if err != nil {
		return fmt.Errorf("multiply blocks: %w", err)
	}
	y, err := NewTensor(out, rows, cols)
	if err != nil {
		return fmt.Errorf("multiply blocks: %w", err)
	}
	return m.s.Run(ctx, []*Tensor{ta, tb}, []*Tensor{y})
}

// Device returns what the products run on.
func (m *MatMul) Device() Device { return m.s.Device() }

// Close frees the session.
func (m *MatMul) Close() error { return m.s.Close() }
