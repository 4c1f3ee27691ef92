package imageio

import (
	"math/bits"

	"github.com/curate/curate/internal/raster"
)

// decodeBMP decodes every BMP that Pillow does, run-length coded and 16-bit ones
// among them, which golang.org/x/image/bmp refuses.
func decodeBMP(h header) (*raster.Picture, error) {
	b, w, hh := h.bmp, h.storedW, h.storedH
	stride, rows := (w*b.bits+31)/32*4, b.pixels
	if b.compression == bmpRLE8 || b.compression == bmpRLE4 {
		var err error
		if rows, err = b.expand(w, hh); err != nil {
			return nil, err
		}
		stride = w
	} else if len(rows) < stride*(hh-1)+(w*b.bits+7)/8 {
		return nil, invalid(truncated)
	}
	p := raster.New(w, hh)
	convert := b.converter()
	for y := range hh {
		to := p.Row(hh - 1 - y)
		if b.topDown {
			to = p.Row(y)
		}
		convert(to, rows[stride*y:])
	}
	return p, nil
}

// converter returns what turns a stored row into RGB.
func (b *bmpHeader) converter() func(dst, row []byte) {
	switch {
	case b.compression == bmpRLE8 || b.compression == bmpRLE4:
		return func(dst, row []byte) { b.indexed(dst, row, 8) }
	case b.bits <= 8:
		return func(dst, row []byte) { b.indexed(dst, row, b.bits) }
	case b.bits == 24:
		return func(dst, row []byte) {
			for i := 0; i+3 <= len(dst); i += 3 {
				dst[i], dst[i+1], dst[i+2] = row[i+2], row[i+1], row[i]
			}
		}
	}
	return b.masked
}

func (b *bmpHeader) indexed(dst, row []byte, depth int) {
	mask, per := byte(1<<depth-1), 8/depth
	for x := range len(dst) / 3 {
		at := b.entry * int(row[x/per]>>(8-depth*(x%per+1))&mask)
		if at+3 <= len(b.palette) {
			dst[3*x], dst[3*x+1], dst[3*x+2] = b.palette[at+2], b.palette[at+1], b.palette[at]
		}
	}
}

func (b *bmpHeader) masked(dst, row []byte) {
	size := b.bits / 8
	for x := range len(dst) / 3 {
		v := uint32(le16(row[size*x:]))
		if size == 4 {
			v = le32(row[size*x:])
		}
		a := uint8(255)
		if b.masks[3] != 0 {
			a = field(v, b.masks[3])
		}
		for c := range 3 {
			dst[3*x+c] = overWhite(field(v, b.masks[c]), a)
		}
	}
}

// field returns the bits of v under mask, spread over 0 to 255.
func field(v, mask uint32) uint8 {
	if mask == 0 {
		return 0
	}
	shift := bits.TrailingZeros32(mask)
	return uint8(uint64((v&mask)>>shift) * 255 / uint64(mask>>shift))
}

// expand undoes run-length coding into one byte a pixel, row by row as stored.
// Pixels that are skipped are index 0.
func (b *bmpHeader) expand(w, h int) ([]byte, error) {
	r := rle{out: make([]byte, w*h), w: w, h: h, nibbles: b.compression == bmpRLE4}
	for in := b.pixels; ; {
		if len(in) < 2 {
			return nil, invalid(truncated)
		}
		n, v := int(in[0]), in[1]
		in = in[2:]
		switch {
		case n > 0:
			r.run(n, v)
		case v == 0:
			r.x, r.y = 0, r.y+1
		case v == 1 || r.y >= h:
			return r.out, nil
		case v == 2 && len(in) >= 2:
			r.x, r.y = r.x+int(in[0]), r.y+int(in[1])
			in = in[2:]
		case v > 2 && len(in) >= r.size(int(v)):
			r.literal(int(v), in)
			in = in[min((r.size(int(v))+1)&^1, len(in)):]
		default:
			return nil, invalid(truncated)
		}
	}
}

// rle is where the expansion of a run-length coded BMP has come to.
type rle struct {
	out        []byte
	w, h, x, y int
	nibbles    bool // two pixels a byte
}

// size is how many bytes n literal pixels take, padding aside.
func (r *rle) size(n int) int {
	if r.nibbles {
		return (n + 1) / 2
	}
	return n
}

func (r *rle) put(v byte) {
	if r.x < r.w && r.y < r.h {
		r.out[r.y*r.w+r.x] = v
	}
	r.x++
}

func (r *rle) run(n int, v byte) {
	for i := range n {
		r.put(r.half(v, i))
	}
}

func (r *rle) literal(n int, in []byte) {
	for i := range n {
		if r.nibbles {
			r.put(r.half(in[i/2], i))
		} else {
			r.put(in[i])
		}
	}
}

// half returns pixel i of a byte that repeats: one of its nibbles, or all of it.
func (r *rle) half(v byte, i int) byte {
	switch {
	case !r.nibbles:
		return v
	case i%2 == 0:
		return v >> 4
	}
	return v & 15
}
