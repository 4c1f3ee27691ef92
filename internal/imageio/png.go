package imageio

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/zlib"

	"github.com/curate/curate/internal/raster"
)

// decodePNG decodes row by row straight into the picture, so that a 16-bit PNG
// takes 3 bytes a pixel and not the 11 that going through image/png takes.
func decodePNG(h header) (*raster.Picture, error) {
	d := pngDecoder{pngHeader: h.png}
	packed, err := d.stream()
	if err != nil {
		return nil, err
	}
	// Even the best compression, 1032:1, could not hold the rows in fewer bytes.
	if int64(len(packed))*1032+4096 < int64(d.rowBytes(d.w))*int64(d.h) {
		return nil, invalid(truncated)
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, because(err)
	}
	defer z.Close()
	d.rows, d.colours, d.transparent = z, h.png.colours(), h.png.key()
	p := raster.New(h.png.w, h.png.h)
	if err := d.passes(p); err != nil {
		return nil, because(err)
	}
	return p, d.finish()
}

type pngDecoder struct {
	*pngHeader
	rows        io.Reader // filtered rows
	colours     *[256][3]uint8
	transparent string // bytes of the pixels that are, "" if none
}

// adam7 are the passes of an interlaced picture: where each starts and how far its
// pixels are apart.
var adam7 = [7]struct{ x, y, dx, dy int }{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

func (d *pngDecoder) passes(p *raster.Picture) error {
	if !d.interlaced {
		return d.pass(d.w, d.h, func(y int, row []byte) { d.convert(p.Row(y), row) })
	}
	wide := make([]uint8, 3*d.w)
	for _, a := range adam7 {
		w, h := (d.w-a.x+a.dx-1)/a.dx, (d.h-a.y+a.dy-1)/a.dy
		if w <= 0 || h <= 0 {
			continue
		}
		err := d.pass(w, h, func(y int, row []byte) {
			d.convert(wide[:3*w], row)
			to := p.Row(a.y + y*a.dy)
			for x := range w {
				copy(to[3*(a.x+x*a.dx):][:3], wide[3*x:])
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pass reads h rows of w pixels, undoes their filters and hands them on.
func (d *pngDecoder) pass(w, h int, each func(y int, row []byte)) error {
	n, step := d.rowBytes(w), max(1, d.bits*d.samples()/8)
	row, above := make([]byte, 1+n), make([]byte, 1+n)
	for y := range h {
		if _, err := io.ReadFull(d.rows, row); err != nil {
			return err
		}
		if !unfilter(row[0], row[1:], above[1:], step) {
			return invalid("corrupt: the PNG has a row with filter %d", row[0])
		}
		each(y, row[1:])
		row, above = above, row
	}
	return nil
}

// finish reads on to the checksum after the last row. Rows too many are harmless.
func (d *pngDecoder) finish() error {
	var one [1]byte
	_, err := io.ReadFull(d.rows, one[:])
	if err != nil && !errors.Is(err, io.EOF) {
		return because(err)
	}
	return nil
}

func (d *pngHeader) samples() int {
	switch d.kind {
	case pngRGB:
		return 3
	case pngGreyA:
		return 2
	case pngRGBA:
		return 4
	}
	return 1
}

func (d *pngHeader) rowBytes(w int) int { return (w*d.bits*d.samples() + 7) / 8 }

// stream returns the compressed rows, which the IDAT chunks share, once every chunk
// has passed its checksum. A single chunk is not copied.
func (d *pngHeader) stream() ([]byte, error) {
	bodies := make([][]byte, len(d.data))
	for i, c := range d.data {
		if !c.ok() {
			return nil, invalid("corrupt: a part of the PNG's pixels fails its checksum")
		}
		bodies[i] = c.body
	}
	if len(bodies) == 1 {
		return bodies[0], nil
	}
	return slices.Concat(bodies...), nil
}
