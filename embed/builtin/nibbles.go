package builtin

import (
	"fmt"
	"math"

	"github.com/curate/curate/internal/vit"
)

// blockSize is how many weights of a row share a scale where weights have 4 bits.
const blockSize = 32

// pack rounds weights to 4 bits: each block of a row by the scale that its largest
// weight asks for, to -7..7, kept as 1 to 15. The weight of the lower place stands
// in the lower half of a byte.
func pack(weight []float32) (packed []byte, steps []float32) {
	packed = make([]byte, len(weight)/2)
	steps = make([]float32, len(weight)/blockSize)
	for b := range steps {
		block := weight[b*blockSize : (b+1)*blockSize]
		top := 0.
		for _, v := range block {
			top = max(top, math.Abs(float64(v)))
		}
		steps[b] = float32(top / 7)
		for i, v := range block {
			level := 8.
			if top > 0 {
				level += math.RoundToEven(float64(v) / float64(steps[b]))
			}
			packed[(b*blockSize+i)/2] |= byte(level) << (4 * (i % 2))
		}
	}
	return packed, steps
}

// unpack is the inverse of pack, up to its rounding.
func unpack(packed []byte, steps []float32) []float32 {
	out := make([]float32, 2*len(packed))
	for i := range out {
		level := int(packed[i/2]>>(4*(i%2))&15) - 8
		out[i] = float32(level) * steps[i/blockSize]
	}
	return out
}

// checkBits says whether the layers of a model can have weights of so many bits.
func checkBits(c vit.Config, bits int) error {
	switch {
	case bits != 4 && bits != 8:
		return fmt.Errorf("weights of %d bits are not supported: use 8 or 4", bits)
	case bits == 4 && (c.Hidden%blockSize != 0 || c.MLP%blockSize != 0):
		return fmt.Errorf("layers of %d and %d inputs cannot have 4-bit weights, whose blocks are of %d", c.Hidden, c.MLP, blockSize)
	}
	return nil
}
