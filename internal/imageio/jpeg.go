package imageio

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"io"

	"github.com/curate/curate/internal/raster"
)

// decodeJPEG decodes a JPEG, at 1/denom of its size (1, 2, 4, 8) if it is baseline.
// Progressive pictures, CMYK, RGB and odd sampling go to image/jpeg, and so does
// what our decoder takes for corrupt, for a second opinion.
func decodeJPEG(data []byte, j *jpegHeader, denom int) (*raster.Picture, error) {
	if j.canBaseline() {
		p, err := decodeBaseline(data, j, denom)
		if err == nil || errors.Is(err, errScanEnds) {
			return p, err
		}
	}
	img, err := jpeg.Decode(withAdobe(data, j))
	if err != nil {
		return nil, because(err)
	}
	if planes, ok := img.(*image.YCbCr); ok {
		return fromYCbCr(planes, jfif), nil
	}
	return raster.FromImage(img), nil
}

// withAdobe gives four-component files without an Adobe segment one that says CMYK,
// which is what Pillow assumes; image/jpeg refuses to guess.
func withAdobe(data []byte, j *jpegHeader) io.Reader {
	if len(j.components) != 4 || j.adobe >= 0 {
		return bytes.NewReader(data)
	}
	segment := []byte("\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00")
	return io.MultiReader(bytes.NewReader(data[:2]), bytes.NewReader(segment), bytes.NewReader(data[2:]))
}

// denominator returns the largest of 1, 2, 4, 8 at which the shorter side still has
// at least side pixels, and 1 for pictures that image/jpeg must decode.
func denominator(h header, side int) int {
	if h.jpeg == nil || side <= 0 || !h.jpeg.canBaseline() {
		return 1
	}
	denom := 8
	for denom > 1 && min(h.storedW, h.storedH)/denom < side {
		denom /= 2
	}
	return denom
}
