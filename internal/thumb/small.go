package thumb

import (
	"image"

	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

const (
	// Side is the most pixels that a small picture has along its longer side.
	Side = 256
	// enough is what a picture may have along its longer side and be taken as it
	// comes: a decoder that halves makes 250 of the 500 that many pictures on the web
	// have, and going from 500 to 256 would take four times the work.
	enough = 224
	// Quality is that of the JPEGs, on libjpeg's scale.
	Quality = 75
)

// Version changes whenever the same file would get another small picture.
const Version = 1

// Small is a picture shrunk so that its longer side has at most Side pixels,
// upright, transparency over white. A picture that was smaller keeps its size.
type Small struct{ planes *image.YCbCr } // 4:2:0

// Make decodes a file to its small picture. What cannot be decoded to its end is
// refused as imageio.Decode does. data is only read.
func Make(data []byte, lim imageio.Limits) (Small, imageio.Info, error) {
	r, info, err := imageio.DecodeReduced(data, lim, enough)
	if err != nil {
		return Small{}, info, err
	}
	return Small{turned(shrunk(r.Image), r.Orientation)}, info, nil
}

// Luma returns the brightness (ITU-R 601-2) of the picture's pixels, row by row,
// stride bytes from one row to the next. The slice may only be read.
func (s Small) Luma() (pix []uint8, stride, w, h int) {
	return s.planes.Y, s.planes.YStride, s.planes.Rect.Dx(), s.planes.Rect.Dy()
}

// encoder is only read.
var encoder = imageio.NewJPEGEncoder(Quality)

// JPEG returns the picture as a JPEG file.
func (s Small) JPEG() ([]byte, error) { return encoder.Encode(s.planes) }

// shrunk brings any picture to 4:2:0 planes of the small size.
func shrunk(img image.Image) *image.YCbCr {
	b := img.Bounds()
	w, h := fit(b.Dx(), b.Dy())
	switch img := img.(type) {
	case *image.YCbCr:
		cw, ch := chromaSize(img)
		return joined(
			shrinkPlane(img.Y, img.YStride, b.Dx(), b.Dy(), w, h),
			shrinkPlane(img.Cb, img.CStride, cw, ch, (w+1)/2, (h+1)/2),
			shrinkPlane(img.Cr, img.CStride, cw, ch, (w+1)/2, (h+1)/2))
	case *image.Gray:
		return joined(shrinkPlane(img.Pix, img.Stride, b.Dx(), b.Dy(), w, h), grey(w, h), grey(w, h))
	case *raster.Picture:
		return fromRGB(shrinkRGB(img, w, h))
	}
	return fromRGB(shrinkRGB(raster.FromImage(img), w, h))
}

// fit returns the size of the small picture.
func fit(w, h int) (int, int) {
	long := max(w, h)
	if long <= Side {
		return w, h
	}
	return max(1, (w*Side+long/2)/long), max(1, (h*Side+long/2)/long)
}

func chromaSize(p *image.YCbCr) (w, h int) {
	w, h = p.Rect.Dx(), p.Rect.Dy()
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		return (w + 3) / 4, h
	case image.YCbCrSubsampleRatio410:
		return (w + 3) / 4, (h + 1) / 2
	}
	return w, h
}

func shrinkPlane(pix []uint8, stride, w, h, toW, toH int) preprocess.Samples {
	return preprocess.ShrinkArea(preprocess.Samples{Pix: pix, Stride: stride, W: w, H: h, Channels: 1}, toW, toH)
}

func shrinkRGB(p *raster.Picture, w, h int) *raster.Picture {
	s := preprocess.ShrinkArea(preprocess.Samples{Pix: p.Pix, Stride: 3 * p.W, W: p.W, H: p.H, Channels: 3}, w, h)
	return &raster.Picture{W: w, H: h, Pix: s.Pix}
}

func joined(y, cb, cr preprocess.Samples) *image.YCbCr {
	return &image.YCbCr{Y: y.Pix, Cb: cb.Pix, Cr: cr.Pix, YStride: y.Stride, CStride: cb.Stride,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, y.W, y.H)}
}

// grey is a plane of no colour for a picture of w x h.
func grey(w, h int) preprocess.Samples {
	p := plane((w+1)/2, (h+1)/2)
	for i := range p.Pix {
		p.Pix[i] = 128
	}
	return p
}

func plane(w, h int) preprocess.Samples {
	return preprocess.Samples{Pix: make([]uint8, w*h), Stride: w, W: w, H: h, Channels: 1}
}

// Decode decodes what JPEG made.
func Decode(jpeg []byte) (*raster.Picture, error) {
	p, _, err := imageio.Decode(jpeg, imageio.DefaultLimits)
	return p, err
}
