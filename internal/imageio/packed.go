package imageio

import (
	"encoding/binary"
	"fmt"
	"image"
	"math/bits"
	"slices"
)

// Packer packs pictures that are in planes already. What [Unpack] gives back is what a
// JPEG of that quality would show, bit by bit: the same transform and the same
// quantisation, but the coefficients are bytes instead of Huffman codes. That takes half as
// much again of room and a fraction of the time, which is what counts for the many small
// pictures that ingest leaves behind. It may be used by several goroutines at once.
//
// A packed picture is [packedMark], the quality, width and height in 16 bits each, and
// the blocks in the order of a JPEG's MCUs. Of a block there are: how many bytes
// its mask has; its mean, in 16 bits; the mask, a bit for each coefficient from the second on in
// zigzag order that is not zero; and these, a byte each, or -128 and 16 bits. All numbers
// are little-endian and quantised.
type Packer struct {
	quality      int
	luma, chroma planeCode
}

const (
	packedMark = 0xb1 // nothing that is a picture to others begins with it
	packedHead = 6
	// blockBytes is more than a block takes.
	blockBytes = 3 + 8 + 3*63
)

// NewPacker makes a packer of a quality from 1 to 100 on libjpeg's scale.
func NewPacker(quality int) *Packer {
	quality = min(max(quality, 1), 100)
	return &Packer{quality, newPlaneCode(annexK, quality), newPlaneCode(annexKChroma, quality)}
}

// Pack packs p, which must be 4:2:0 and start at 0, 0. The bytes are the caller's.
func (c *Packer) Pack(p *image.YCbCr) ([]byte, error) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	if p.SubsampleRatio != image.YCbCrSubsampleRatio420 || p.Rect.Min != (image.Point{}) || w < 1 || h < 1 || w > 0xffff || h > 0xffff {
		return nil, fmt.Errorf("pack a picture: one of %v, %v cannot be packed", p.Rect, p.SubsampleRatio)
	}
	o := packing{out: make([]byte, 0, packedHead+blockBytes+w*h*5/4)}
	o.out = append(o.out, packedMark, byte(c.quality), byte(w), byte(w>>8), byte(h), byte(h>>8))
	cw, ch := (w+1)/2, (h+1)/2
	for y := 0; y < h; y += 16 {
		for x := 0; x < w; x += 16 {
			for i := range 4 {
				o.pack(&c.luma, p.Y, p.YStride, w, h, x+i%2*8, y+i/2*8)
			}
			o.pack(&c.chroma, p.Cb, p.CStride, cw, ch, x/2, y/2)
			o.pack(&c.chroma, p.Cr, p.CStride, cw, ch, x/2, y/2)
		}
	}
	return o.out, nil
}

// packing is one picture being packed.
type packing struct {
	out   []byte
	block [64]int32
	edge  [64]uint8
}

// pack packs the block of the plane's pixels from x, y on; past the edges the last ones
// are repeated.
func (o *packing) pack(c *planeCode, pix []uint8, stride, w, h, x, y int) {
	if x+8 <= w && y+8 <= h {
		fdct8(&o.block, pix[y*stride+x:], stride)
	} else {
		for r := range 8 {
			row := pix[min(y+r, h-1)*stride:][:w]
			for i := range 8 {
				o.edge[8*r+i] = row[min(x+i, w-1)]
			}
		}
		fdct8(&o.block, o.edge[:], 8)
	}
	o.write(c)
}

// write quantises and writes the block.
func (o *packing) write(c *planeCode) {
	some := c.apparent(&o.block) >> 1
	mask := (bits.Len64(some) + 7) / 8
	o.out = slices.Grow(o.out, blockBytes)
	room := o.out[len(o.out):][:blockBytes]
	room[0] = byte(mask)
	binary.LittleEndian.PutUint16(room[1:], uint16(c.divide(o.block[0], 0)))
	binary.LittleEndian.PutUint64(room[3:], some)
	at := 3 + mask
	for ; some != 0; some &= some - 1 {
		k := bits.TrailingZeros64(some) + 1
		v := c.divide(o.block[zigzag[k&63]&63], k&63)
		room[at] = byte(v)
		at++
		if v < -127 || v > 127 {
			room[at-1] = 0x80
			binary.LittleEndian.PutUint16(room[at:], uint16(v))
			at += 2
		}
	}
	o.out = o.out[:len(o.out)+at]
}

// planeCode is how the blocks of a plane are quantised when they are packed.
type planeCode struct {
	least   [64]int32  // in zigzag order: what rounds to 1
	inverse [64]uint64 // 2^32 over the divisor, rounded up
}

func newPlaneCode(base [64]int, quality int) (c planeCode) {
	for k := range base {
		q := scaled(base[k], quality)
		c.least[k] = int32(4 * q) // the transform gives eight times the coefficient
		c.inverse[k] = (1<<32)/uint64(8*q) + 1
	}
	return c
}

// divide rounds eight times a coefficient to a multiple of its quantum.
func (c *planeCode) divide(v int32, k int) int32 {
	sign := v >> 31
	a := uint64((v^sign)-sign) + uint64(c.least[k])
	return (int32(a*c.inverse[k]>>32) ^ sign) - sign
}

// apparent has a bit for each coefficient, in zigzag order, that does not round to zero.
// To go from one to the next of them is much faster than to ask each: which comes next
// no processor can guess.
func (c *planeCode) apparent(block *[64]int32) (some uint64) {
	for k, least := range c.least {
		v := block[zigzag[k]&63]
		sign := v >> 31
		below := uint32(least - 1 - (v ^ sign) + sign)
		some = some>>1 | uint64(below)>>31<<63
	}
	return some
}
