package imageio

import (
	"errors"
	"image"
	"image/jpeg"

	"github.com/curate/curate/internal/raster"
)

// Reduced is a picture as its file stores it, as small as its decoder makes it
// without further work: what thumbnails start from. Image is an *image.YCbCr or
// *image.Gray of a JPEG, and a *raster.Picture of anything else.
type Reduced struct {
	Image       image.Image
	Orientation int // as EXIF has it: what turns Image upright
}

// DecodeReduced decodes the first frame of a whole file to a picture whose longer
// side has at least as many pixels as long asks for when it has seen the header, or
// all that the file has. It reads every file to its end and refuses what [Decode] refuses. A baseline JPEG comes at 1/2, 1/4 or
// 1/8 of its size, and its chroma at half of that, as far as the file has it so
// large: no pixel is made that a thumbnail does without. data is only read.
func DecodeReduced(data []byte, lim Limits, long func(Info) int) (r Reduced, info Info, err error) {
	h, err := readHeader(data, lim)
	if err != nil {
		return r, h.Info, err
	}
	r.Orientation = h.Orientation
	least := long(h.Info)
	err = guard(func() (err error) {
		if h.Format == "jpeg" {
			r.Image, err = reducedJPEG(data, h.jpeg, least)
			return err
		}
		p, err := decodeStored(data, h, 0)
		r.Image = p
		if h.Format == "heic" && err == nil { // it comes upright, and is cropped where the file asks for it
			r.Orientation, h.Width, h.Height = 1, p.W, p.H
		}
		return err
	})
	if err != nil {
		return Reduced{}, h.Info, because(err)
	}
	return r, h.Info, nil
}

// reducedJPEG is decodeJPEG without the way to pixels.
func reducedJPEG(data []byte, j *jpegHeader, long int) (image.Image, error) {
	if j.canBaseline() {
		img, err := reducedBaseline(data, j, long)
		if err == nil || errors.Is(err, errScanEnds) {
			return img, err
		}
	}
	img, err := jpeg.Decode(withAdobe(data, j))
	if err != nil {
		return nil, because(err)
	}
	switch img.(type) {
	case *image.YCbCr, *image.Gray:
		return img, nil
	}
	return raster.FromImage(img), nil
}

func reducedBaseline(data []byte, j *jpegHeader, long int) (image.Image, error) {
	denom := 8
	for denom > 1 && (max(j.w, j.h)+denom-1)/denom < long {
		denom /= 2
	}
	ratio, _ := j.ratio()
	chroma := 8 / denom
	if ratio == image.YCbCrSubsampleRatio444 && chroma > 1 {
		ratio, chroma = image.YCbCrSubsampleRatio420, chroma/2
	}
	d, err := decodePlanes(data, j, denom, chroma)
	if err != nil {
		return nil, err
	}
	if len(d.parts) == 1 {
		y := d.parts[0]
		return &image.Gray{Pix: y.pix, Stride: y.stride, Rect: image.Rect(0, 0, d.w, d.h)}, nil
	}
	return d.planes(ratio), nil
}
