package imageio

import "hash/crc32"

// pngHeader is what the chunks say, pixels aside.
type pngHeader struct {
	w, h       int
	bits, kind int // bits a sample, colour type
	interlaced bool
	palette    []byte // R, G, B of each entry
	trns       []byte // tRNS chunk, nil without one
	frames     int
	exif       []byte
	icc        []byte   // iCCP chunk: name, zero, method, compressed profile
	text       []string // keywords of the text chunks, in the order of the file
	data       []chunk  // the IDAT chunks
}

type chunk struct {
	name string
	body []byte
	sum  uint32 // CRC that the file gives
}

// ok reports whether the chunk's checksum is right.
func (c chunk) ok() bool {
	sum := crc32.Update(crc32.ChecksumIEEE([]byte(c.name)), crc32.IEEETable, c.body)
	return sum == c.sum
}

// The colour types of PNG, second edition, section 11.2.2.
const (
	pngGrey, pngRGB, pngPalette, pngGreyA, pngRGBA = 0, 2, 3, 4, 6
)

// A hostile file may hold millions of chunks; what is kept of them is bounded.
const (
	maxTexts = 64
	maxParts = 1 << 18
)

func readPNG(data []byte) (header, error) {
	p, err := scanPNG(data)
	if err != nil {
		return header{}, err
	}
	h := header{png: p, storedW: p.w, storedH: p.h}
	h.Bits, h.Progressive, h.Frames, h.Orientation = p.bits, p.interlaced, p.frames, exifOrientation(p.exif)
	h.Mode = map[int]string{pngGrey: "grey", pngRGB: "rgb", pngPalette: "palette", pngGreyA: "greya", pngRGBA: "rgba"}[p.kind]
	if p.kind == pngGrey && p.bits == 1 {
		h.Mode = "bilevel"
	}
	h.perPixel, h.fixed = 3, 1<<20
	if len(p.data) > 1 {
		h.fixed += int64(len(data)) // they are joined
	}
	return h, nil
}

// scanPNG walks all chunks. The last one must be there: a file that was cut has
// lost it, whatever else it lost.
func scanPNG(data []byte) (*pngHeader, error) {
	p := &pngHeader{frames: 1}
	for at := 8; ; {
		c, next, err := nextChunk(data, at)
		switch {
		case err != nil:
			return nil, err
		case at == 8 && c.name == "CgBI":
			return nil, invalid("unsupported: PNG in Apple's own variant (CgBI)")
		case (at == 8) != (c.name == "IHDR"):
			return nil, invalid("corrupt: the PNG's first chunk is no header, or a second one follows")
		case c.name == "IEND":
			return p, p.check()
		}
		at = next
		if err := p.note(c); err != nil {
			return nil, err
		}
	}
}

func nextChunk(data []byte, at int) (c chunk, next int, err error) {
	if at+12 > len(data) {
		return c, 0, invalid(truncated)
	}
	size := int64(be32(data[at:]))
	if size > int64(len(data)-at-12) {
		return c, 0, invalid(truncated)
	}
	end := at + 8 + int(size)
	return chunk{string(data[at+4 : at+8]), data[at+8 : end], be32(data[end:])}, end + 4, nil
}

// note keeps what a chunk says. Checksums are checked where the pixels depend on them.
func (p *pngHeader) note(c chunk) error {
	switch c.name {
	case "IHDR":
		return p.ihdr(c)
	case "PLTE":
		p.palette = c.body
	case "tRNS":
		p.trns = c.body
	case "IDAT":
		p.data = append(p.data, c)
		if len(p.data) > maxParts {
			return invalid("corrupt: the PNG's pixels are in too many parts")
		}
	case "acTL":
		if len(c.body) >= 4 {
			p.frames = int(be32(c.body) & 0x7fffffff)
		}
	case "eXIf":
		p.exif = c.body
	case "iCCP":
		p.icc = c.body
	case "tEXt", "zTXt", "iTXt":
		if key := textKey(c.body); key != "" && len(p.text) < maxTexts {
			p.text = append(p.text, key)
		}
	}
	return nil
}

func (p *pngHeader) ihdr(c chunk) error {
	if len(c.body) != 13 || !c.ok() {
		return invalid("corrupt: the PNG's header is damaged")
	}
	b := c.body
	if be32(b) > 1<<31-1 || be32(b[4:]) > 1<<31-1 {
		return invalid("corrupt: the PNG's header gives an impossible size")
	}
	p.w, p.h = int(be32(b)), int(be32(b[4:]))
	p.bits, p.kind, p.interlaced = int(b[8]), int(b[9]), b[12] == 1
	if b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return invalid("unsupported: PNG with an unknown compression, filter or interlacing")
	}
	allowed := map[int]string{pngGrey: "\x01\x02\x04\x08\x10", pngRGB: "\x08\x10", pngPalette: "\x01\x02\x04\x08",
		pngGreyA: "\x08\x10", pngRGBA: "\x08\x10"}[p.kind]
	for _, bits := range []byte(allowed) {
		if int(bits) == p.bits {
			return nil
		}
	}
	return invalid("corrupt: PNG with colour type %d and %d bits", p.kind, p.bits)
}

func (p *pngHeader) check() error {
	switch {
	case len(p.data) == 0:
		return invalid("corrupt: the PNG has no pixels in it")
	case p.kind == pngPalette && (len(p.palette) == 0 || len(p.palette)%3 != 0 || len(p.palette) > 3*256):
		return invalid("corrupt: the PNG's palette is missing or damaged")
	}
	return nil
}

// textKey returns the keyword of a text chunk: 1 to 79 bytes before a zero.
func textKey(body []byte) string {
	for i, b := range body[:min(len(body), 80)] {
		if b == 0 {
			return string(body[:i])
		}
	}
	return ""
}
