package builtin

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/curate/curate/internal/vit"
)

// Weights come back as integers times the scale of their row, off by half a level of
// their block, or cut off where that loses less.
func TestPacking(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const rows, cols = 3, 3 * blockSize
	weight := make([]float32, rows*cols)
	for i := range weight[:2*cols] { // the third row stays zero
		weight[i] = float32(rng.NormFloat64() * []float64{.1, .02, .3}[i/blockSize%3])
	}
	for bits, most := range map[packing]float64{5: .012, 4: .025} {
		q := &vit.Quantised{In: cols, Out: rows, Bias: make([]float32, rows), Low: -1, High: 1}
		bits.unpack(bits.pack(weight, rows), q)
		if err := q.Check(); err != nil {
			t.Fatal(err)
		}
		got := q.Float().Data
		if d := apart(weight[:cols], got[:cols]); d > most {
			t.Errorf("%d bits: off by %g", bits, d)
		}
		if d := apart(weight[2*cols:], got[2*cols:]); d != 0 {
			t.Errorf("%d bits: zeros are off by %g", bits, d)
		}
	}
}

// The search for a scale never does worse than the scale of the largest weight.
func TestPackingLosesNoMoreThanPlainRounding(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		row := make([]float32, 2*blockSize)
		top := 0.
		for i := range row {
			row[i] = float32(rng.NormFloat64())
			top = max(top, math.Abs(float64(row[i])))
		}
		q := &vit.Quantised{In: len(row), Out: 1}
		packing(5).unpack(packing(5).pack(row, 1), q)
		plain := make([]float32, len(row))
		for i, v := range row {
			step := top / 15
			plain[i] = float32(math.RoundToEven(float64(v)/step) * step)
		}
		if d, p := apart(row, q.Float().Data), apart(row, plain); d > p*1.02 {
			t.Errorf("off by %g, plain rounding by %g", d, p)
		}
	}
}
