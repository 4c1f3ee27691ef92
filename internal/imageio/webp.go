package imageio

import (
	"bytes"
	"encoding/binary"
	"image"

	"golang.org/x/image/webp"

	"github.com/curate/curate/internal/raster"
)

// webpHeader is what the RIFF chunks say.
type webpHeader struct {
	frame    []byte          // chunks of the first frame: ALPH, VP8 or VP8L
	area     image.Rectangle // where the first frame lies on the canvas
	lossless bool
	alpha    bool
	plane    bool // the alpha of a lossy frame comes in a chunk of its own
	icc      []byte
	exif     []byte
	xmp      bool
	frames   int
}

func readWebP(data []byte) (header, error) {
	if len(data) < 20 || int64(le32(data[4:]))+8 > int64(len(data)) {
		return header{}, invalid(truncated)
	}
	w := &webpHeader{}
	h := header{webp: w}
	h.Bits = 8
	body := data[12 : 8+int(le32(data[4:]))]
	for len(body) >= 8 {
		name, chunk, rest, err := riffChunk(body)
		if err != nil {
			return header{}, err
		}
		if err := h.webpChunk(name, chunk, body[:len(body)-len(rest)]); err != nil {
			return header{}, err
		}
		body = rest
	}
	if w.frame == nil {
		return header{}, invalid("corrupt: the WebP has no picture in it")
	}
	h.Frames, h.Orientation = w.frames, exifOrientation(w.exif)
	h.Mode = map[bool]string{true: "rgba", false: "rgb"}[w.alpha]
	h.perPixel, h.fixed = 12, 1<<20 // lossless: two copies of 4, and the picture
	if !w.lossless {
		h.perPixel = 2 + 1 + 3
	}
	return h, nil
}

// riffChunk splits the first chunk off; chunks are padded to even lengths.
func riffChunk(b []byte) (name string, chunk, rest []byte, err error) {
	size := int64(le32(b[4:]))
	if size > int64(len(b)-8) {
		return "", nil, nil, invalid(truncated)
	}
	end := 8 + int(size)
	return string(b[:4]), b[8:end], b[min(end+int(size&1), len(b)):], nil
}

// webpChunk keeps what a chunk says; whole is the chunk with its header and padding.
func (h *header) webpChunk(name string, chunk, whole []byte) error {
	w := h.webp
	switch name {
	case "VP8X":
		if len(chunk) < 10 {
			return invalid("corrupt: the WebP's header is too short")
		}
		h.storedW, h.storedH = le24(chunk[4:])+1, le24(chunk[7:])+1
		w.area = image.Rect(0, 0, h.storedW, h.storedH)
		w.alpha = chunk[0]&0x10 != 0
	case "ANMF":
		w.frames++
		if w.frames == 1 {
			return h.firstFrame(chunk)
		}
	case "ALPH", "VP8 ", "VP8L":
		if w.frames == 0 {
			return h.bitstream(name, chunk, whole)
		}
	case "EXIF":
		w.exif = chunk
	case "ICCP":
		w.icc = chunk
	case "XMP ":
		w.xmp = true
	}
	return nil
}

// firstFrame reads an animation's first frame: where it lies, then its chunks.
func (h *header) firstFrame(chunk []byte) error {
	if len(chunk) < 24 {
		return invalid("corrupt: the WebP's first frame is too short")
	}
	x, y := 2*le24(chunk), 2*le24(chunk[3:])
	h.webp.area = image.Rect(x, y, x+le24(chunk[6:])+1, y+le24(chunk[9:])+1)
	for body := chunk[16:]; len(body) >= 8; {
		name, part, rest, err := riffChunk(body)
		if err != nil {
			return err
		}
		if err := h.bitstream(name, part, body[:len(body)-len(rest)]); err != nil {
			return err
		}
		body = rest
	}
	return nil
}

// bitstream keeps the chunks of the first frame and, in a file without VP8X, takes
// the size from them.
func (h *header) bitstream(name string, chunk, whole []byte) error {
	var width, height int
	switch {
	case name == "ALPH":
		h.webp.frame, h.webp.plane = append([]byte(nil), whole...), true
		return nil
	case name == "VP8 " && len(chunk) >= 10 && string(chunk[3:6]) == "\x9d\x01\x2a":
		width, height = int(le16(chunk[6:])&0x3fff), int(le16(chunk[8:])&0x3fff)
	case name == "VP8L" && len(chunk) >= 5 && chunk[0] == 0x2f:
		bits := le32(chunk[1:])
		width, height = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
		h.webp.lossless = true
		h.webp.alpha = h.webp.alpha || bits>>28&1 != 0
	case name == "VP8 ", name == "VP8L":
		return invalid("corrupt: the WebP's pixels begin with the wrong bytes")
	default:
		return nil
	}
	if h.storedW == 0 {
		h.storedW, h.storedH = width, height
		h.webp.area = image.Rect(0, 0, width, height)
	}
	if width != h.webp.area.Dx() || height != h.webp.area.Dy() {
		return invalid("corrupt: the WebP's pixels are %dx%d, its header says %v", width, height, h.webp.area.Size())
	}
	h.webp.frame = append(h.webp.frame, whole...)
	return nil
}

// decodeWebP decodes the first frame, put into a file of its own.
func decodeWebP(h header) (*raster.Picture, error) {
	img, err := webp.Decode(bytes.NewReader(h.webp.still()))
	if err != nil {
		return nil, because(err)
	}
	frame := fromWebP(img)
	if h.webp.area == image.Rect(0, 0, h.storedW, h.storedH) {
		return frame, nil
	}
	p := raster.New(h.storedW, h.storedH)
	for i := range p.Pix {
		p.Pix[i] = 255
	}
	area := h.webp.area.Intersect(p.Bounds())
	for y := area.Min.Y; y < area.Max.Y; y++ {
		copy(p.Row(y)[3*area.Min.X:3*area.Max.X], frame.Row(y-h.webp.area.Min.Y))
	}
	return p, nil
}

// still returns a file with nothing but the first frame.
func (w *webpHeader) still() []byte {
	head := make([]byte, 30)
	copy(head[8:], "WEBPVP8X")
	binary.LittleEndian.PutUint32(head[16:], 10)
	if w.plane {
		head[20] = 0x10
	}
	put24(head[24:], w.area.Dx()-1)
	put24(head[27:], w.area.Dy()-1)
	if w.lossless {
		head = head[:12] // VP8L stands alone
	}
	file := append(head, w.frame...)
	copy(file, "RIFF")
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	return file
}

func put24(b []byte, v int) { b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16) }

func fromWebP(img image.Image) *raster.Picture {
	switch m := img.(type) {
	case *image.YCbCr:
		return fromYCbCr(m, vp8)
	case *image.NYCbCrA:
		p := fromYCbCr(&m.YCbCr, vp8)
		for y := range p.H {
			row := p.Row(y)
			for x, a := range m.A[m.AStride*y:][:p.W] {
				if a != 255 {
					px := row[3*x : 3*x+3]
					px[0], px[1], px[2] = overWhite(px[0], a), overWhite(px[1], a), overWhite(px[2], a)
				}
			}
		}
		return p
	}
	return raster.FromImage(img)
}
