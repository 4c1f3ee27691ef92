package imageio

import (
	"fmt"
	"image"
	"math/bits"
)

// JPEGEncoder writes pictures that are in planes already as baseline JPEGs of one
// quality. It is for the many small pictures that ingest leaves behind, and several
// times as fast as image/jpeg; others use that. It may be used by several
// goroutines at once.
type JPEGEncoder struct{ luma, chroma planeCode }

// NewJPEGEncoder makes an encoder of a quality from 1 to 100 on libjpeg's scale.
func NewJPEGEncoder(quality int) *JPEGEncoder {
	quality = min(max(quality, 1), 100)
	return &JPEGEncoder{newPlaneCode(annexK, quality, 0), newPlaneCode(annexKChroma, quality, 1)}
}

// Encode writes p, which must be 4:2:0 and start at 0, 0. The bytes are the caller's.
func (c *JPEGEncoder) Encode(p *image.YCbCr) ([]byte, error) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	if p.SubsampleRatio != image.YCbCrSubsampleRatio420 || p.Rect.Min != (image.Point{}) || w < 1 || h < 1 || w > 0xffff || h > 0xffff {
		return nil, fmt.Errorf("encode JPEG: a picture of %v, %v is not for this encoder", p.Rect, p.SubsampleRatio)
	}
	e := &jpegWriter{JPEGEncoder: c, out: make([]byte, 0, 1024+w*h*5/8)}
	e.head(w, h)
	e.scan(p)
	e.bits(0x7f, 7) // the last byte is filled up with ones
	for e.n >= 8 {
		e.n -= 8
		e.stuffed(byte(e.acc >> e.n))
	}
	return append(e.out, 0xff, markEOI), nil
}

// jpegWriter writes one picture.
type jpegWriter struct {
	*JPEGEncoder
	out   []byte
	acc   uint64 // bits not yet written, the last at the bottom
	n     uint   // how many there are
	block [64]int32
}

// planeCode is how the blocks of a plane are quantised and coded.
type planeCode struct {
	quant   [64]uint8  // as the file has them: in zigzag order
	least   [64]int32  // what rounds to 1
	inverse [64]uint64 // 2^32 over the divisor, rounded up
	dc      *[256]huffmanCode
	ac      *[256]huffmanCode
}

// huffmanCode is a code and its length.
type huffmanCode struct {
	code uint32
	bits uint8
}

func newPlaneCode(base [64]int, quality, class int) planeCode {
	c := planeCode{dc: encodingTable(annexKCodes[class][0]), ac: encodingTable(annexKCodes[class][1])}
	for k := range base {
		q := scaled(base[k], quality)
		c.quant[k], c.least[k] = uint8(q), int32(4*q) // the transform gives eight times the coefficient
		c.inverse[k] = (1<<32)/uint64(8*q) + 1
	}
	return c
}

// encodingTable turns a code table as files have it into codes by symbol.
func encodingTable(t codeTable) *[256]huffmanCode {
	out := new([256]huffmanCode)
	code, at := uint32(0), 0
	for bits, n := range t.counts {
		for range n {
			out[t.symbols[at]] = huffmanCode{code, uint8(bits + 1)}
			code, at = code+1, at+1
		}
		code <<= 1
	}
	return out
}

// head writes everything before the pixels.
func (e *jpegWriter) head(w, h int) {
	e.out = append(e.out, 0xff, markSOI)
	e.out = append(e.out, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0)
	for i, c := range []*planeCode{&e.luma, &e.chroma} {
		e.out = append(append(e.out, 0xff, markDQT, 0, 67, byte(i)), c.quant[:]...)
	}
	e.out = append(e.out, 0xff, 0xc0, 0, 17, 8, byte(h>>8), byte(h), byte(w>>8), byte(w), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)
	for plane, tables := range annexKCodes {
		for class, t := range tables {
			e.out = append(e.out, 0xff, markDHT, 0, byte(19+len(t.symbols)), byte(class<<4|plane))
			e.out = append(append(e.out, t.counts[:]...), t.symbols...)
		}
	}
	e.out = append(e.out, 0xff, markSOS, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0)
}

// scan writes all MCUs: four blocks of luma, one each of blue and red.
func (e *jpegWriter) scan(p *image.YCbCr) {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	cw, ch := (w+1)/2, (h+1)/2
	var y, cb, cr int32 // the last means
	for my := 0; my < h; my += 16 {
		for mx := 0; mx < w; mx += 16 {
			for i := range 4 {
				e.load(p.Y, p.YStride, w, h, mx+i%2*8, my+i/2*8)
				y = e.write(&e.luma, y)
			}
			e.load(p.Cb, p.CStride, cw, ch, mx/2, my/2)
			cb = e.write(&e.chroma, cb)
			e.load(p.Cr, p.CStride, cw, ch, mx/2, my/2)
			cr = e.write(&e.chroma, cr)
		}
	}
}

// load fills the block with the plane's pixels from x, y on; past the edges the
// last ones are repeated.
func (e *jpegWriter) load(pix []uint8, stride, w, h, x, y int) {
	if x+8 <= w && y+8 <= h {
		for r := range 8 {
			row, to := (*[8]uint8)(pix[(y+r)*stride+x:]), (*[8]int32)(e.block[8*r:])
			for i, v := range row {
				to[i] = int32(v) - 128
			}
		}
		return
	}
	for r := range 8 {
		row := pix[min(y+r, h-1)*stride:][:w]
		for i := range 8 {
			e.block[8*r+i] = int32(row[min(x+i, w-1)]) - 128
		}
	}
}

// write transforms, quantises and codes the block, and returns its mean.
func (e *jpegWriter) write(c *planeCode, before int32) int32 {
	fdct8(&e.block)
	mean := c.divide(e.block[0], 0)
	size := magnitude(mean - before)
	e.code(c.dc[size], mean-before, size)
	at := 0
	for left := c.apparent(&e.block) &^ 1; left != 0; left &= left - 1 {
		k := bits.TrailingZeros64(left)
		for ; k-at > 16; at += 16 {
			e.bits(c.ac[0xf0].code, uint(c.ac[0xf0].bits))
		}
		v := c.divide(e.block[zigzag[k&63]&63], k&63)
		size := magnitude(v)
		e.code(c.ac[(uint(k-at-1)<<4|size)&0xff], v, size)
		at = k
	}
	if at < 63 {
		e.bits(c.ac[0].code, uint(c.ac[0].bits))
	}
	return mean
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
