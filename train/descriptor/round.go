package descriptor

import (
	"maps"
	"math"
	"strings"

	"github.com/curate/curate/internal/vit"
)

// Rounded returns the network with every matrix of its blocks rounded to so many
// bits and back, as a smaller file would hold it: 8 bits with a scale for each row,
// fewer with a scale for each 32 values of a row. It tells what that costs.
func (n Network) Rounded(bits int) Network {
	out := n
	out.Model = &vit.Model{Config: n.Model.Config, Weights: maps.Clone(n.Model.Weights)}
	for name, t := range n.Model.Weights {
		if !strings.HasPrefix(name, "encoder.layer.") || len(t.Shape) != 2 {
			continue
		}
		group := t.Shape[1]
		if bits < 8 {
			group = min(group, 32)
		}
		data := make([]float32, len(t.Data))
		for row := 0; row < len(data); row += t.Shape[1] {
			for from := row; from < row+t.Shape[1]; from += group {
				to := min(from+group, row+t.Shape[1])
				roundTo(data[from:to], t.Data[from:to], bits)
			}
		}
		out.Model.Weights[name] = vit.Tensor{Shape: t.Shape, Data: data}
	}
	return out
}

// roundTo rounds values that share a scale to whole multiples of it, symmetric
// about 0.
func roundTo(dst, src []float32, bits int) {
	largest := 0.
	for _, v := range src {
		largest = math.Max(largest, math.Abs(float64(v)))
	}
	if largest == 0 {
		return
	}
	top := float64(int(1)<<(bits-1) - 1)
	scale := largest / top
	for i, v := range src {
		dst[i] = float32(math.Round(float64(v)/scale) * scale)
	}
}
