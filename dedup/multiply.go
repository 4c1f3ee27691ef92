package dedup

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// Multiplier multiplies blocks of vectors; a join spends nearly all its time in
// it. A multiplier over ONNX Runtime's MatMul is several times faster than [Plain].
type Multiplier interface {
	// MulT writes a * transpose(b) to dst: a is m x k, b is n x k, dst m x n, all
	// row by row. The slices stay the caller's. m and n are at most the Block of
	// the join; calls come one at a time.
	MulT(dst, a, b []float32, m, n, k int) error
}

// Plain multiplies in Go, where there is no runtime library.
type Plain struct{}

// MulT implements [Multiplier].
func (Plain) MulT(dst, a, b []float32, m, n, k int) error {
	x := blas32.General{Rows: m, Cols: k, Stride: k, Data: a}
	y := blas32.General{Rows: n, Cols: k, Stride: k, Data: b}
	z := blas32.General{Rows: m, Cols: n, Stride: n, Data: dst}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, x, y, 0, z)
	return nil
}
