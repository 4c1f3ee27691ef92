package builtin

import (
	"fmt"
	"math"

	"github.com/curate/curate/internal/vit"
)

// blockSize is how many weights of a row share a step where weights have few bits.
const blockSize = 32

// packing is how weights of few bits are kept: as levels, which times the step of their
// block, a whole number, give the integers of [vit.Quantised]. So nothing is rounded twice.
// A block is 16 bytes with the four lower bits of two levels each, that of the lower
// place in the lower half; with five bits, 4 bytes with the fifth bits follow, eight a byte.
type packing int

// lowest and highest are the levels that a weight may have. They are kept as 0 and up.
func (bits packing) lowest() int  { return -1 << (bits - 1) }
func (bits packing) highest() int { return 1<<(bits-1) - 1 }

// bytes is how many a block takes.
func (bits packing) bytes() int { return blockSize * int(bits) / 8 }

// packed is a linear layer in few bits.
type packed struct {
	levels []byte
	steps  []byte    // of each block
	scales []float32 // of each row
}

// pack rounds rows of weights by the scale and the steps that lose least.
func (bits packing) pack(weight []float32, rows int) packed {
	cols := len(weight) / rows
	blocks := cols / blockSize
	p := packed{make([]byte, rows*blocks*bits.bytes()), make([]byte, rows*blocks), make([]float32, rows)}
	for r := range rows {
		row := weight[r*cols : (r+1)*cols]
		steps := p.steps[r*blocks : (r+1)*blocks]
		p.scales[r] = bits.fit(row, steps)
		for b := range blocks {
			at := (r*blocks + b) * bits.bytes()
			bits.put(p.levels[at:at+bits.bytes()], row[b*blockSize:(b+1)*blockSize], float64(p.scales[r])*float64(steps[b]), int(steps[b]))
		}
	}
	return p
}

// fit returns the scale of a row and sets the steps of its blocks so that the sum of the
// squared errors is least. The largest weights may then be cut off: it takes them a wide
// step to be exact, and all others pay for that.
func (bits packing) fit(row []float32, steps []byte) float32 {
	top := 0.
	for _, v := range row {
		top = max(top, math.Abs(float64(v)))
	}
	best, least := float32(0), math.Inf(1)
	tried := make([]byte, len(steps))
	for share := 1.1; share > .5; share -= .05 {
		scale, lost := float32(top/vit.MaxWeight*share), 0.
		for b := range tried {
			step, more := bits.step(row[b*blockSize:(b+1)*blockSize], float64(scale))
			tried[b], lost = byte(step), lost+more
		}
		if lost < least {
			best, least = scale, lost
			copy(steps, tried)
		}
	}
	return best
}

// step returns the step of a block that loses least at a scale, and the loss.
func (bits packing) step(block []float32, scale float64) (best int, least float64) {
	best, least = 1, math.Inf(1)
	for step := 1; step <= vit.MaxWeight/bits.highest(); step++ {
		lost := 0.
		for _, v := range block {
			d := float64(v) - float64(bits.level(v, scale*float64(step), step))*scale*float64(step)
			lost += d * d
		}
		if lost < least {
			best, least = step, lost
		}
	}
	return best, least
}

// level returns the level of a weight, of which one unit is worth so much. Times step it is
// no more than an integer of [vit.Quantised] may be.
func (bits packing) level(v float32, unit float64, step int) int {
	if unit == 0 {
		return 0
	}
	low := float64(max(bits.lowest(), -vit.MaxWeight/step))
	return int(min(max(math.RoundToEven(float64(v)/unit), low), float64(bits.highest())))
}

// put writes the levels of a block.
func (bits packing) put(to []byte, block []float32, unit float64, step int) {
	for i, v := range block {
		level := byte(bits.level(v, unit, step) - bits.lowest())
		to[i/2] |= level & 15 << (4 * (i % 2))
		if bits == 5 {
			to[blockSize/2+i/8] |= level >> 4 << (i % 8)
		}
	}
}

// at returns the level of weight i of a block.
func (bits packing) at(block []byte, i int) int {
	level := int(block[i/2] >> (4 * (i % 2)) & 15)
	if bits == 5 {
		level |= int(block[blockSize/2+i/8]>>(i%8)&1) << 4
	}
	return level + bits.lowest()
}

// unpack fills in the weights and the scales of a layer.
func (bits packing) unpack(p packed, q *vit.Quantised) {
	q.Weight, q.Scale = make([]int8, q.In*q.Out), p.scales
	for b, step := range p.steps {
		block := p.levels[b*bits.bytes():]
		row, first := b*blockSize/q.In, b*blockSize%q.In
		for i := range blockSize {
			q.Weight[(first+i)*q.Out+row] = int8(max(-128, min(127, bits.at(block, i)*int(step))))
		}
	}
}

// checkBits says whether the layers of a model can have weights of so many bits.
func checkBits(c vit.Config, bits int) error {
	switch few := bits == 4 || bits == 5; {
	case bits != 8 && !few:
		return fmt.Errorf("weights of %d bits are not supported: use 8, 5 or 4", bits)
	case few && (c.Hidden%blockSize != 0 || c.MLP%blockSize != 0):
		return fmt.Errorf("layers of %d and %d inputs cannot have %d-bit weights, whose blocks are of %d", c.Hidden, c.MLP, bits, blockSize)
	}
	return nil
}
