package imageio

import (
	"encoding/binary"
	"errors"
	"image"
	"math/bits"

	"github.com/curate/curate/internal/raster"
)

var errPacked = errors.New("unpack a picture: the data is damaged, or of another kind")

// Unpack makes the picture that [Packer.Pack] packed. data is only read.
func Unpack(data []byte) (*raster.Picture, error) {
	if len(data) < packedHead || data[0] != packedMark || data[1] < 1 || data[1] > 100 {
		return nil, errPacked
	}
	d := &baseline{w: int(le16(data[2:])), h: int(le16(data[4:]))}
	mcuX, mcuY := (d.w+15)/16, (d.h+15)/16
	if mcuX*mcuY == 0 || len(data) < packedHead+mcuX*mcuY*6*3 {
		return nil, errPacked
	}
	d.parts = []component{{h: 2, v: 2, side: 8}, {h: 1, v: 1, side: 8}, {h: 1, v: 1, side: 8}}
	for i, base := range []*[64]int{&annexK, &annexKChroma, &annexKChroma} {
		for k, v := range base {
			d.parts[i].quant[k] = int32(scaled(v, int(data[1])))
		}
	}
	d.makeRoom(mcuX, mcuY)
	if !d.unpack(data[packedHead:]) {
		return nil, errPacked
	}
	return fromYCbCr(d.planes(image.YCbCrSubsampleRatio420), jfif), nil
}

// unpack fills the planes from all of data.
func (d *baseline) unpack(data []byte) bool {
	for y := range d.mcuY {
		for x := range d.mcuX {
			for i := range d.parts {
				p := &d.parts[i]
				for b := range p.h * p.v {
					n, even := d.unpackBlock(p, data)
					if n == 0 {
						return false
					}
					d.inverse(p.at(x*p.h+b%p.h, y*p.v+b/p.h), p.stride, p.side, even)
					data = data[n:]
				}
			}
		}
	}
	return len(data) == 0
}

// unpackBlock reads a block, dequantised and in natural order, from the first n bytes;
// n is 0 if it is not there. even means that there is nothing but its mean.
func (d *baseline) unpackBlock(p *component, data []byte) (n int, even bool) {
	if len(data) < 3 || data[0] > 8 || len(data) < 3+int(data[0]) {
		return 0, false
	}
	d.block = [65]int32{}
	d.block[0] = int32(int16(le16(data[1:]))) * p.quant[0]
	var mask [8]byte
	n = 3 + copy(mask[:], data[3:3+data[0]])
	some := binary.LittleEndian.Uint64(mask[:])
	even = some == 0
	for ; some != 0; some &= some - 1 {
		k := bits.TrailingZeros64(some) + 1
		if n >= len(data) || k > 63 {
			return 0, false
		}
		v := int32(int8(data[n]))
		n++
		if v == -128 {
			if n+2 > len(data) {
				return 0, false
			}
			v = int32(int16(le16(data[n:])))
			n += 2
		}
		d.block[zigzag[k]&63] = v * p.quant[k]
	}
	return n, even
}
