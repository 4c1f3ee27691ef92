package imageio

import (
	"bytes"
	"errors"
	"image"
	"image/gif"

	"github.com/curate/curate/internal/raster"
)

var errGIFBlock = invalid("corrupt: the GIF has an unknown block")

// readGIF reads the screen's size and counts the frames by walking the blocks
// without decompressing them.
func readGIF(data []byte) (header, error) {
	if len(data) < 13 {
		return header{}, invalid(truncated)
	}
	h := header{storedW: int(le16(data[6:])), storedH: int(le16(data[8:]))}
	h.Bits, h.Mode = 8, "palette"
	h.perPixel, h.fixed = 1+3, 1<<20
	at := 13 + paletteBytes(data[10])
	for at < len(data) && data[at] != 0x3b {
		next, frame, err := gifBlock(data, at)
		if err != nil && h.Frames > 0 && errors.Is(err, errGIFBlock) {
			break // rubbish after the first frame harms nobody
		}
		if err != nil {
			return header{}, err
		}
		if frame && h.Frames == 0 {
			h.Progressive = data[at+9]&0x40 != 0
		}
		if frame {
			h.Frames++
		}
		at = next
	}
	if h.Frames == 0 {
		return header{}, invalid(truncated)
	}
	return h, nil
}

// gifBlock steps over one block of a GIF and tells whether it was a frame.
func gifBlock(data []byte, at int) (next int, frame bool, err error) {
	switch data[at] {
	case 0: // a stray terminator
		return at + 1, false, nil
	case 0x21:
		next = at + 2
	case 0x2c:
		if at+10 > len(data) {
			return 0, false, invalid(truncated)
		}
		next, frame = at+10+paletteBytes(data[at+9])+1, true
	default:
		return 0, false, errGIFBlock
	}
	for {
		if next >= len(data) {
			return 0, false, invalid(truncated)
		}
		size := int(data[next])
		next += 1 + size
		if size == 0 {
			return next, frame, nil
		}
	}
}

func paletteBytes(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// decodeGIF decodes the first frame and puts it where it lies on the screen; what
// it leaves open is transparent, so white.
func decodeGIF(data []byte, h header) (*raster.Picture, error) {
	img, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, because(err)
	}
	frame, ok := img.(*image.Paletted)
	if !ok {
		return raster.FromImage(img), nil
	}
	p := raster.New(h.storedW, h.storedH)
	for i := range p.Pix {
		p.Pix[i] = 255
	}
	paint(p, frame)
	return p, nil
}

// paint copies a frame onto p, transparency over white.
func paint(p *raster.Picture, frame *image.Paletted) {
	var colours [256][3]uint8
	for i, c := range frame.Palette {
		r, g, b, a := c.RGBA()
		colours[i] = [3]uint8{uint8((r + 0xffff - a) >> 8), uint8((g + 0xffff - a) >> 8), uint8((b + 0xffff - a) >> 8)}
	}
	area := frame.Rect.Intersect(p.Bounds())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		row := p.Row(y)
		for x := area.Min.X; x < area.Max.X; x++ {
			copy(row[3*x:3*x+3], colours[frame.Pix[frame.PixOffset(x, y)]][:])
		}
	}
}
