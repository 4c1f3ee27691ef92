package imageio

// unfilter undoes the filter of a row in place; step is the bytes of one pixel, at
// least 1. It returns false for a filter that does not exist.
func unfilter(filter byte, row, above []byte, step int) bool {
	above = above[:len(row)]
	switch filter {
	case 0:
	case 1:
		for i := step; i < len(row); i++ {
			row[i] += row[i-step]
		}
	case 2:
		for i, v := range above {
			row[i] += v
		}
	case 3:
		for i := range row[:min(step, len(row))] {
			row[i] += above[i] / 2
		}
		for i := step; i < len(row); i++ {
			row[i] += uint8((int(row[i-step]) + int(above[i])) / 2)
		}
	case 4:
		paeth(row, above, step)
	default:
		return false
	}
	return true
}

// paeth walks each byte of a pixel along the row on its own, so that what lies to
// the left stays in registers.
func paeth(row, above []byte, step int) {
	for first := range min(step, len(row)) {
		var left, corner int32
		for i := first; i < len(row); i += step {
			up := int32(above[i])
			left = (int32(row[i]) + predict(left, up, corner)) & 0xff
			corner = up
			row[i] = uint8(left)
		}
	}
}

// predict is the Paeth predictor: whichever of a, b, c is nearest to a+b-c.
func predict(a, b, c int32) int32 {
	pa, pb := b-c, a-c
	pc := abs32(pa + pb)
	pa, pb = abs32(pa), abs32(pb)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs32(v int32) int32 {
	sign := v >> 31
	return (v ^ sign) - sign
}

// colours returns what each index of a palette, or each grey of up to 8 bits, looks
// like over white; nil for other kinds.
func (d *pngHeader) colours() *[256][3]uint8 {
	t := new([256][3]uint8)
	switch {
	case d.kind == pngPalette:
		for i := range len(d.palette) / 3 {
			a := uint8(255)
			if i < len(d.trns) {
				a = d.trns[i]
			}
			c := d.palette[3*i:]
			t[i] = [3]uint8{overWhite(c[0], a), overWhite(c[1], a), overWhite(c[2], a)}
		}
	case d.kind == pngGrey && d.bits <= 8:
		for i := range 1 << d.bits {
			v := uint8(i * 255 / (1<<d.bits - 1))
			t[i] = [3]uint8{v, v, v}
		}
		if len(d.trns) >= 2 && d.trns[0] == 0 {
			t[d.trns[1]] = [3]uint8{255, 255, 255}
		}
	default:
		return nil
	}
	return t
}

// overWhite lays a sample with alpha a over white.
func overWhite(v, a uint8) uint8 {
	return uint8((uint32(v)*uint32(a) + 255*(255-uint32(a)) + 127) / 255)
}

// convert writes one unfiltered row as RGB. Of 16 bits the upper 8 count, as in Pillow.
func (d *pngDecoder) convert(dst []uint8, row []byte) {
	switch {
	case d.colours != nil:
		d.indexed(dst, row)
	case d.kind == pngRGB && d.bits == 8 && d.trns == nil:
		copy(dst, row)
	case d.kind == pngGreyA || d.kind == pngRGBA:
		d.alpha(dst, row)
	default:
		d.keyed(dst, row)
	}
}

func (d *pngDecoder) indexed(dst []uint8, row []byte) {
	mask, per := byte(1<<d.bits-1), 8/d.bits
	for x := range len(dst) / 3 {
		index := row[x/per] >> (8 - d.bits*(x%per+1)) & mask
		c := &d.colours[index]
		px := dst[3*x : 3*x+3 : 3*x+3]
		px[0], px[1], px[2] = c[0], c[1], c[2]
	}
}

func (d *pngDecoder) alpha(dst []uint8, row []byte) {
	size := d.bits / 8
	green, blue, alpha := size, 2*size, 3*size
	if d.kind == pngGreyA {
		green, blue, alpha = 0, 0, size
	}
	step := alpha + size
	for x := range len(dst) / 3 {
		px, from := dst[3*x:3*x+3:3*x+3], row[step*x:step*x+step]
		a := from[alpha]
		px[0], px[1], px[2] = from[0], from[green], from[blue]
		if a != 255 {
			px[0], px[1], px[2] = overWhite(px[0], a), overWhite(px[1], a), overWhite(px[2], a)
		}
	}
}

// keyed handles RGB and 16-bit grey, where one colour may stand for transparent.
func (d *pngDecoder) keyed(dst []uint8, row []byte) {
	size, n := d.bits/8, d.samples()
	green, blue := size*(n-1)/2, size*(n-1)
	for x := range len(dst) / 3 {
		px, from := dst[3*x:3*x+3:3*x+3], row[size*n*x:size*n*(x+1)]
		px[0], px[1], px[2] = from[0], from[green], from[blue]
		if d.transparent != "" && string(from) == d.transparent {
			px[0], px[1], px[2] = 255, 255, 255
		}
	}
}

// key returns the bytes of a pixel that is transparent, "" if there is none.
func (d *pngHeader) key() string {
	n := d.samples()
	if len(d.trns) < 2*n {
		return ""
	}
	if d.bits == 16 {
		return string(d.trns[:2*n])
	}
	key := make([]byte, n)
	for i := range key {
		key[i] = d.trns[2*i+1]
	}
	return string(key)
}
