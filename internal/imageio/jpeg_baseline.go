package imageio

import (
	"image"

	"github.com/curate/curate/internal/raster"
)

// baseline decodes the JPEGs that nearly all are: one baseline scan of grey or
// YCbCr. image/jpeg does the others. It exists because this is the hottest path of
// a run, and because its sums are libjpeg's: the pixels are those of Pillow, bit by
// bit. It is twice as fast as image/jpeg, decodes at a fraction of the size, and
// reports every scan that ends too soon.
type baseline struct {
	bits     bitReader
	parts    []component
	w, h     int // of the picture
	mcuX     int // MCUs along x and y
	mcuY     int
	interval int            // MCUs between restart markers, 0 without
	block    [64 + 1]int32  // and a place for what comes after the last
	codes    [2][4]*huffman // made so far, as the components need them
}

// component is a plane of the picture on its way to pixels.
type component struct {
	h, v   int        // blocks of an MCU along x and y
	quant  [256]int32 // in zigzag order, for as far as a wrong code may lead
	dc, ac *huffman
	side   int   // of a decoded block: 8, 4, 2 or 1
	before int32 // the last DC coefficient
	pix    []uint8
	stride int
}

// canBaseline reports whether the decoder below is the right one.
func (j *jpegHeader) canBaseline() bool {
	n := len(j.components)
	if j.sof > 0xc1 || n != j.scanned || n == 2 || n > 3 || j.isRGB() {
		return false
	}
	_, ok := j.ratio()
	return ok
}

// ratio names the chroma sampling in the standard library's terms.
func (j *jpegHeader) ratio() (image.YCbCrSubsampleRatio, bool) {
	c := j.components
	if len(c) == 1 {
		return image.YCbCrSubsampleRatio444, true
	}
	if c[1].h|c[1].v|c[2].h|c[2].v != 1 {
		return 0, false
	}
	r, ok := map[[2]byte]image.YCbCrSubsampleRatio{
		{1, 1}: image.YCbCrSubsampleRatio444, {2, 1}: image.YCbCrSubsampleRatio422, {2, 2}: image.YCbCrSubsampleRatio420,
		{1, 2}: image.YCbCrSubsampleRatio440, {4, 1}: image.YCbCrSubsampleRatio411, {4, 2}: image.YCbCrSubsampleRatio410,
	}[[2]byte{c[0].h, c[0].v}]
	return r, ok
}

// decodeBaseline decodes at 1/denom of the size.
func decodeBaseline(data []byte, j *jpegHeader, denom int) (*raster.Picture, error) {
	d, err := decodePlanes(data, j, denom, 8/denom)
	if err != nil {
		return nil, err
	}
	if len(d.parts) == 1 {
		y := d.parts[0]
		return raster.FromImage(&image.Gray{Pix: y.pix, Stride: y.stride, Rect: image.Rect(0, 0, d.w, d.h)}), nil
	}
	ratio, _ := j.ratio()
	return fromYCbCr(d.planes(ratio), jfif), nil
}

// decodePlanes decodes luma at 1/denom of the size and chroma from blocks of
// chromaSide pixels, which is 8/denom unless it is to be smaller than it is stored.
func decodePlanes(data []byte, j *jpegHeader, denom, chromaSide int) (*baseline, error) {
	d := &baseline{bits: bitReader{data: data, at: j.scan}, interval: j.interval}
	d.w, d.h = (j.w+denom-1)/denom, (j.h+denom-1)/denom
	if err := d.prepare(j, 8/denom, chromaSide); err != nil {
		return nil, err
	}
	if err := d.scan(); err != nil {
		return nil, err
	}
	return d, endOfJPEG(data, d.bits.at)
}

// planes is a decoded picture in colour.
func (d *baseline) planes(ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	y, cb, cr := d.parts[0], d.parts[1], d.parts[2]
	return &image.YCbCr{Y: y.pix, Cb: cb.pix, Cr: cr.pix, YStride: y.stride, CStride: cb.stride,
		SubsampleRatio: ratio, Rect: image.Rect(0, 0, d.w, d.h)}
}

// prepare makes the planes, whole MCUs in size, and finds each one's tables.
func (d *baseline) prepare(j *jpegHeader, lumaSide, chromaSide int) error {
	maxH, maxV := 1, 1
	d.parts = make([]component, len(j.components))
	for i, c := range j.components {
		p := &d.parts[i]
		p.h, p.v, p.side = int(c.h), int(c.v), chromaSide
		if i == 0 {
			p.side = lumaSide
		}
		if len(d.parts) == 1 {
			p.h, p.v = 1, 1 // the only component has no MCU to share (T.81, A.2.2)
		}
		maxH, maxV = max(maxH, p.h), max(maxV, p.v)
		var err error
		if p.quant, err = j.quantOf(c); err != nil {
			return err
		}
		if p.dc, p.ac, err = j.codesOf(c, &d.codes); err != nil {
			return err
		}
	}
	d.makeRoom((j.w+8*maxH-1)/(8*maxH), (j.h+8*maxV-1)/(8*maxV))
	return nil
}

// makeRoom makes the planes of a picture of so many MCUs.
func (d *baseline) makeRoom(mcuX, mcuY int) {
	d.mcuX, d.mcuY = mcuX, mcuY
	for i := range d.parts {
		p := &d.parts[i]
		p.stride = d.mcuX * p.h * p.side
		p.pix = make([]uint8, p.stride*d.mcuY*p.v*p.side)
	}
}

// scan decodes all MCUs.
func (d *baseline) scan() error {
	left := d.interval
	for y := range d.mcuY {
		for x := range d.mcuX {
			if d.interval > 0 && left == 0 {
				if err := d.bits.restart(); err != nil {
					return err
				}
				for i := range d.parts {
					d.parts[i].before = 0
				}
				left = d.interval
			}
			left--
			if err := d.mcu(x, y); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *baseline) mcu(x, y int) error {
	d.bits.ready()
	for i := range d.parts {
		p := &d.parts[i]
		for v := range p.v {
			for h := range p.h {
				even, err := d.coefficients(p)
				if err != nil {
					return err
				}
				d.inverse(p.at(x*p.h+h, y*p.v+v), p.stride, p.side, even)
			}
		}
	}
	return nil
}

// at is where the pixels of a block begin.
func (p *component) at(x, y int) []uint8 { return p.pix[(y*p.stride+x)*p.side:] }

// inverse turns the block into side x side pixels; even means that there is nothing
// but its mean.
func (d *baseline) inverse(dst []uint8, stride, side int, even bool) {
	switch {
	case even || side == 1:
		flat(dst, stride, side, d.block[0])
	case side == 8:
		idct8(dst, stride, (*[64]int32)(d.block[:]))
	case side == 4:
		idct4(dst, stride, (*[64]int32)(d.block[:]))
	default:
		idct2(dst, stride, (*[64]int32)(d.block[:]))
	}
}

// endOfJPEG looks for the end marker, which a cut file has lost. What lies between
// the scan and the marker is passed over.
func endOfJPEG(data []byte, at int) error {
	for {
		marker, _, to, err := nextSegment(data, at)
		if err != nil || marker == markEOI {
			return err
		}
		at = to
	}
}
