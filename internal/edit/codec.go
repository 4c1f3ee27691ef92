package edit

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/gen2brain/webp"

	"github.com/curate/curate/internal/raster"
)

// What the formats can hold, in pixels a side.
const (
	maxJPEG = 65500
	maxWebP = 16383
)

// EncodeJPEG returns p as a baseline JPEG file with 4:2:0 chroma, quality 1 to
// 100. It fails for pictures of more than 65535 pixels a side.
func EncodeJPEG(p *raster.Picture, quality int) ([]byte, error) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, rgba(p), &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode jpeg of %dx%d: %w", p.W, p.H, err)
	}
	return buf.Bytes(), nil
}

// EncodePNG returns p as an 8-bit RGB PNG file.
func EncodePNG(p *raster.Picture) ([]byte, error) {
	var buf bytes.Buffer
	if err := png.Encode(&buf, rgba(p)); err != nil {
		return nil, fmt.Errorf("encode png of %dx%d: %w", p.W, p.H, err)
	}
	return buf.Bytes(), nil
}

// EncodeWebP returns p as a lossy WebP file, quality 1 to 99. It fails for
// pictures of more than 16383 pixels a side. The bytes may differ between
// versions of libwebp: one that the system has is taken before our own.
func EncodeWebP(p *raster.Picture, quality int) ([]byte, error) {
	var buf bytes.Buffer
	o := webp.Options{Quality: min(max(quality, 1), 99), Method: 2}
	if err := webp.Encode(&buf, rgba(p), o); err != nil {
		return nil, fmt.Errorf("encode webp of %dx%d: %w", p.W, p.H, err)
	}
	return buf.Bytes(), nil
}

// JPEG saves the picture as JPEG and reads it again.
func JPEG(quality int) Edit {
	return fixed(fmt.Sprintf("jpeg=%d", quality), func(p *raster.Picture) *raster.Picture {
		p = fitSide(p, maxJPEG)
		return throughCodec(p, quality, EncodeJPEG, jpeg.Decode)
	})
}

// WebP saves the picture as WebP and reads it again.
func WebP(quality int) Edit {
	return fixed(fmt.Sprintf("webp=%d", quality), func(p *raster.Picture) *raster.Picture {
		p = fitSide(p, maxWebP)
		return throughCodec(p, quality, EncodeWebP, webp.Decode)
	})
}

func codecs() []Edit {
	return []Edit{
		drawn("jpeg", 10, 95, func(q float64) Edit { return JPEG(int(q)) }),
		drawn("webp", 10, 95, func(q float64) Edit { return WebP(int(q)) }),
	}
}

// throughCodec encodes and decodes. The picture fits the format, so neither can
// fail on its account; should a codec refuse all the same (out of memory), the
// picture is what it was: an edit of strength zero.
func throughCodec(p *raster.Picture, quality int, encode func(*raster.Picture, int) ([]byte, error), decode func(io.Reader) (image.Image, error)) *raster.Picture {
	data, err := encode(p, quality)
	if err != nil {
		return p.Clone()
	}
	img, err := decode(bytes.NewReader(data))
	if err != nil {
		return p.Clone()
	}
	return raster.FromImage(img)
}

// fitSide shrinks p until neither side is longer than limit.
func fitSide(p *raster.Picture, limit int) *raster.Picture {
	if p.W <= limit && p.H <= limit {
		return p
	}
	return scale(p, min(p.W, limit), min(p.H, limit))
}

// rgba copies p into the form that encoders have a fast path for.
func rgba(p *raster.Picture) *image.RGBA {
	out := image.NewRGBA(p.Bounds())
	for i, j := 0, 0; i < len(p.Pix); i, j = i+3, j+4 {
		out.Pix[j], out.Pix[j+1], out.Pix[j+2], out.Pix[j+3] = p.Pix[i], p.Pix[i+1], p.Pix[i+2], 255
	}
	return out
}
