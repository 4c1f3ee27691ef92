package dedup

import (
	"fmt"
	"math"

	"github.com/curate/curate/internal/half"
)

// Vectors holds n embeddings of one width in half precision: 2*dim+4 bytes
// each. A row that was never set is missing: it is like nothing.
type Vectors struct {
	dim     int
	values  []uint16
	inverse []float32 // 1 over the length of each row; 0 marks a missing row
}

// NewVectors returns n missing rows of dim values.
func NewVectors(n, dim int) *Vectors {
	return &Vectors{dim: dim, values: make([]uint16, n*dim), inverse: make([]float32, n)}
}

// Len returns the number of rows, missing ones included.
func (v *Vectors) Len() int { return len(v.inverse) }

// Dim returns the number of values in a row.
func (v *Vectors) Dim() int { return v.dim }

// Set stores a copy of vec as row i. It refuses a vector of another width, one
// with NaN or infinite values, and one of length zero, which has no direction.
// Rows may be set from several goroutines, each row from one.
func (v *Vectors) Set(i int, vec []float32) error {
	if len(vec) != v.dim {
		return fmt.Errorf("vector %d has %d values, the others have %d: embed the picture again with the same model", i, len(vec), v.dim)
	}
	row, sum := v.values[i*v.dim:(i+1)*v.dim], 0.0
	for k, f := range vec {
		row[k] = half.FromFloat(f)
		stored := float64(half.ToFloat(row[k]))
		sum += stored * stored
	}
	if err := checkSum(i, sum); err != nil {
		clear(row) // NaN times the inverse of a missing row would be NaN, not 0
		return err
	}
	v.inverse[i] = float32(1 / math.Sqrt(sum))
	return nil
}

// checkSum refuses a row whose sum of squares says that it has no direction.
func checkSum(i int, sum float64) error {
	switch {
	case math.IsNaN(sum):
		return fmt.Errorf("vector %d holds NaN: embed the picture again", i)
	case math.IsInf(sum, 0):
		return fmt.Errorf("vector %d holds infinite values: embed the picture again", i)
	case sum == 0:
		return fmt.Errorf("vector %d is all zero: embed the picture again", i)
	}
	return nil
}

// Cosine returns the cosine of rows a and b, 0 if one is missing. It always adds
// in the same order, so it does not depend on the machine or on who multiplies.
func (v *Vectors) Cosine(a, b int) float64 {
	x, y := v.values[a*v.dim:(a+1)*v.dim], v.values[b*v.dim:(b+1)*v.dim]
	return min(1, max(-1, half.Dot(x, y)*float64(v.inverse[a])*float64(v.inverse[b])))
}

// Has tells whether row i is set.
func (v *Vectors) Has(i int) bool { return v.has(i) }

// has tells that row i is set; no row of nil is.
func (v *Vectors) has(i int) bool { return v != nil && v.inverse[i] != 0 }

// Row writes row i, of length 1 (or 0 if missing), to dst, which has Dim values.
func (v *Vectors) Row(dst []float32, i int) { v.gather(dst, []int32{int32(i)}) }

// gather writes the given rows to dst, each of length 1 (or 0 if missing).
func (v *Vectors) gather(dst []float32, rows []int32) {
	for k, i := range rows {
		row := dst[k*v.dim:][:v.dim]
		half.Widen(row, v.values[int(i)*v.dim:(int(i)+1)*v.dim])
		for d := range row {
			row[d] *= v.inverse[i]
		}
	}
}
