package imageio

import (
	"image"

	"github.com/curate/curate/internal/raster"
)

// decodeHEIF decodes the primary picture as it is stored. libavif leaves rotation
// and mirroring to us; libheif does them itself, so the caller must not.
func decodeHEIF(data []byte, h header) (*raster.Picture, error) {
	c, decode := avifCodec, decodeAVIF
	if h.Format == "heic" {
		c, decode = heicCodec, decodeHEIC
	}
	return c.decode(func(s sandbox) (*raster.Picture, error) {
		in, err := s.put(data)
		if err != nil {
			return nil, err
		}
		return decode(s, in, uint64(len(data)), h)
	})
}

// decodeAVIF drives decode of codec/avif.wasm.gz: first for the size, then for
// RGBA with premultiplied alpha, 8 or 16 bits a sample.
func decodeAVIF(s sandbox, in, size uint64, h header) (*raster.Picture, error) {
	facts, err := s.alloc(16) // width, height, depth, count
	if err != nil {
		return nil, err
	}
	ask := func(configOnly, delay, out uint64) error {
		ok, err := s.call("decode", in, size, configOnly, 0, facts, facts+4, facts+8, facts+12, delay, out)
		if err == nil && ok == 0 {
			err = invalid("corrupt: the AVIF cannot be decoded")
		}
		return err
	}
	if err := ask(1, 0, 0); err != nil {
		return nil, err
	}
	found, err := s.numbers(facts, 4)
	if err != nil {
		return nil, err
	}
	w, hh, bytes := found[0], found[1], 1
	if w != h.storedW || hh != h.storedH {
		return nil, invalid("corrupt: the AVIF's pixels are %dx%d, its header says %dx%d", w, hh, h.storedW, h.storedH)
	}
	if found[2] > 8 {
		bytes = 2
	}
	out, err := s.alloc(w*hh*4*bytes + 8)
	if err != nil {
		return nil, err
	}
	// The decoder reports success even if the frame failed. It writes the duration,
	// which is never zero, only after a frame that did not.
	delay := out + uint64(w*hh*4*bytes)
	if err := ask(0, delay, out); err != nil {
		return nil, err
	}
	pixels, err := s.view(out, w*hh*4*bytes+8)
	if err != nil {
		return nil, err
	}
	if string(pixels[len(pixels)-8:]) == "\x00\x00\x00\x00\x00\x00\x00\x00" {
		return nil, invalid("corrupt: the AVIF's pixels are truncated or damaged")
	}
	return fromPremultiplied(pixels, w, hh, bytes), nil
}

// fromPremultiplied lays premultiplied RGBA over white. Of 16 bits, little-endian,
// the upper 8 count.
func fromPremultiplied(pixels []byte, w, h, bytes int) *raster.Picture {
	p := raster.New(w, h)
	for i := range w * h {
		from := pixels[4*bytes*i : 4*bytes*(i+1)]
		white := 255 - int(from[4*bytes-1])
		for c := range 3 {
			p.Pix[3*i+c] = uint8(min(255, int(from[bytes*(c+1)-1])+white))
		}
	}
	return p
}

// The colour spaces and chroma formats of libheif.
const (
	heifYCbCr, heifRGB, heifGrey = 0, 1, 2
	heif420, heif422, heif444    = 1, 2, 3
)

// decodeHEIC drives decode of codec/heif.wasm.gz: first for the size and the form
// of the pixels, then for the pixels, upright.
func decodeHEIC(s sandbox, in, size uint64, h header) (*raster.Picture, error) {
	facts, err := s.alloc(20) // width, height, colour space, chroma, premultiplied
	if err != nil {
		return nil, err
	}
	ask := func(configOnly, out uint64) error {
		ok, err := s.call("decode", in, size, configOnly, facts, facts+4, facts+8, facts+12, facts+16, out)
		if err == nil && ok == 0 {
			err = invalid("corrupt: the HEIC's pixels are truncated or damaged")
		}
		return err
	}
	if err := ask(1, 0); err != nil {
		return nil, err
	}
	found, err := s.numbers(facts, 5)
	if err != nil {
		return nil, err
	}
	rect := image.Rect(0, 0, found[0], found[1])
	if found[0]*found[1] > h.storedW*h.storedH {
		return nil, invalid("corrupt: the HEIC's pixels are more than its header says")
	}
	layout, err := heicLayout(rect, found[2], found[3])
	if err != nil {
		return nil, err
	}
	out, err := s.alloc(layout.size)
	if err != nil {
		return nil, err
	}
	if err := ask(0, out); err != nil {
		return nil, err
	}
	pixels, err := s.view(out, layout.size)
	if err != nil {
		return nil, err
	}
	return layout.picture(pixels, rect, found[4] == 1), nil
}

// planes is how decode lays the pixels out: rows padded to 16 bytes, plane by plane.
type planes struct {
	space          int
	ratio          image.YCbCrSubsampleRatio
	stride, chroma int // bytes of a row of the first plane, and of the chroma planes
	first, size    int // bytes of the first plane, and of all
}

func heicLayout(r image.Rectangle, space, format int) (l planes, err error) {
	w, h := r.Dx(), r.Dy()
	l = planes{space: space, stride: pad16(w)}
	l.first = l.stride * h
	l.size = l.first
	switch {
	case space == heifGrey:
		return l, nil
	case space == heifRGB:
		l.stride = pad16(4 * w)
		l.size = l.stride * h
		return l, nil
	case format == heif420:
		l.ratio, l.chroma = image.YCbCrSubsampleRatio420, pad16((w+1)/2)
		l.size += 2 * l.chroma * ((h + 1) / 2)
	case format == heif422:
		l.ratio, l.chroma = image.YCbCrSubsampleRatio422, pad16((w+1)/2)
		l.size += 2 * l.chroma * h
	case format == heif444:
		l.ratio, l.chroma = image.YCbCrSubsampleRatio444, pad16(w)
		l.size += 2 * l.chroma * h
	default:
		return l, invalid("unsupported: HEIC with chroma format %d", format)
	}
	return l, nil
}

func pad16(n int) int { return (n + 15) &^ 15 }

func (l planes) picture(pixels []byte, r image.Rectangle, premultiplied bool) *raster.Picture {
	switch {
	case l.space == heifGrey:
		return raster.FromImage(&image.Gray{Pix: pixels, Stride: l.stride, Rect: r})
	case l.space == heifRGB && premultiplied:
		return raster.FromImage(&image.RGBA{Pix: pixels, Stride: l.stride, Rect: r})
	case l.space == heifRGB:
		return raster.FromImage(&image.NRGBA{Pix: pixels, Stride: l.stride, Rect: r})
	}
	half := (l.size - l.first) / 2
	return fromYCbCr(&image.YCbCr{Y: pixels[:l.first], Cb: pixels[l.first:][:half], Cr: pixels[l.first+half:],
		YStride: l.stride, CStride: l.chroma, SubsampleRatio: l.ratio, Rect: r}, jfif)
}
