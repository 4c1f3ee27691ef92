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
	// TinySide is what the shorter side of any small picture has that was larger, long
	// strips apart: what the encoder in the binary reads.
	TinySide = 112
	tinyMost = 134 // which that of a tiny picture may have and be taken as it comes
	// cheap is up to how many pixels a picture costs so little to decode that a tiny
	// one is kept of it.
	cheap = 1 << 19
)

// Version changes whenever the same file would get another small picture.
const Version = 1

// Small is a picture shrunk, upright, transparency over white: so that its longer
// side has at most Side pixels, or, if it was cheap to decode, so that its shorter
// side has TinySide. A picture that was smaller keeps its size.
type Small struct {
	planes *image.YCbCr // 4:2:0
	tiny   bool
}

// Make decodes a file to its small picture. What cannot be decoded to its end is
// refused as imageio.Decode does. data is only read.
func Make(data []byte, lim imageio.Limits) (Small, imageio.Info, error) {
	return shrink(data, lim, isCheap)
}

// View decodes a file to what people and checks look at: a picture whose longer side
// has at most Side pixels, or less where it was smaller. Of what [Make] makes a tiny
// picture of, View is the way to see more.
func View(data []byte, lim imageio.Limits) (*raster.Picture, imageio.Info, error) {
	s, info, err := shrink(data, lim, func(imageio.Info) bool { return false })
	if err != nil {
		return nil, info, err
	}
	if isCheap(info) {
		return imageio.FromYCbCr(s.planes), info, nil
	}
	packed, err := s.Pack() // as others see it, who find it in a store
	if err != nil {
		return nil, info, err
	}
	p, err := Unpack(packed)
	return p, info, err
}

// Shows tells whether a small picture p of an original of w x h pixels is what View
// gives: whether it is not a tiny one.
func Shows(p *raster.Picture, w, h int) bool {
	return max(p.W, p.H) >= min(enough, max(w, h))
}

// isCheap tells from a header whether a tiny picture is enough. A picture that no
// decoder makes smaller on the way costs four times as much as one that is a baseline
// JPEG. Long pictures and those that are small themselves are not meant: so a tiny
// picture is told from others by its size (see Shows).
func isCheap(info imageio.Info) bool {
	short, long := int64(min(info.Width, info.Height)), int64(max(info.Width, info.Height))
	pixels := short * long
	if info.Format != "jpeg" || info.Progressive {
		pixels *= 4
	}
	return pixels <= cheap && short > tinyMost && 10*long <= 16*short
}

func shrink(data []byte, lim imageio.Limits, tiny func(imageio.Info) bool) (s Small, info imageio.Info, err error) {
	long := func(info imageio.Info) int {
		if s.tiny = tiny(info); !s.tiny {
			return enough
		}
		return TinySide * max(info.Width, info.Height) / max(1, min(info.Width, info.Height))
	}
	r, info, err := imageio.DecodeReduced(data, lim, long)
	if err != nil {
		return Small{}, info, err
	}
	w, h := r.Image.Bounds().Dx(), r.Image.Bounds().Dy()
	if s.tiny {
		w, h = fitTiny(w, h)
	} else {
		w, h = fit(w, h)
	}
	s.planes = turned(shrunk(r.Image, w, h), r.Orientation)
	return s, info, nil
}

// Luma returns the brightness (ITU-R 601-2) of the picture's pixels, row by row,
// stride bytes from one row to the next. The slice may only be read.
func (s Small) Luma() (pix []uint8, stride, w, h int) {
	return s.planes.Y, s.planes.YStride, s.planes.Rect.Dx(), s.planes.Rect.Dy()
}

// The packers are only read. Their quality is on libjpeg's scale; a tiny picture is
// not shrunk any more before it is looked at, so its faults count in full.
var packer, tinyPacker = imageio.NewPacker(80), imageio.NewPacker(90)

// Pack returns the picture as a store keeps it.
func (s Small) Pack() ([]byte, error) {
	if s.tiny {
		return tinyPacker.Pack(s.planes)
	}
	return packer.Pack(s.planes)
}

// Unpack returns the picture that Pack packed: what a JPEG of it would show.
func Unpack(packed []byte) (*raster.Picture, error) { return imageio.Unpack(packed) }

// shrunk brings any picture to 4:2:0 planes of w x h.
func shrunk(img image.Image, w, h int) *image.YCbCr {
	b := img.Bounds()
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

// fit returns the size of a small picture.
func fit(w, h int) (int, int) {
	long := max(w, h)
	if long <= Side {
		return w, h
	}
	return max(1, (w*Side+long/2)/long), max(1, (h*Side+long/2)/long)
}

// fitTiny returns the size of a tiny picture.
func fitTiny(w, h int) (int, int) {
	short := min(w, h)
	if short <= tinyMost {
		return w, h
	}
	return (w*TinySide + short/2) / short, (h*TinySide + short/2) / short
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
