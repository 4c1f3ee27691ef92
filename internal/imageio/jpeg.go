package imageio

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"

	"github.com/gen2brain/jpegn"

	"github.com/curate/curate/internal/raster"
)

// decodeJPEG decodes a JPEG at 1/denom of its size, where denom is 1, 2, 4 or 8.
//
// Two decoders share the work. jpegn is about twice as fast and can decode at a
// fraction of the size, but it forgives a scan that ends early and fills the rest
// with grey; image/jpeg reports that, and knows CMYK, RGB and odd sampling. So
// jpegn takes what it can be made to check (see completeScan), and image/jpeg all
// the rest, and whatever jpegn refuses. Both compute nearly the same planes.
func decodeJPEG(data []byte, h header, denom int) (*raster.Picture, error) {
	if end, ok := h.jpeg.plainScan(data); ok {
		img, err := jpegn.Decode(completeScan(data, end), &jpegn.Options{ScaleDenom: denom})
		if err == nil {
			return fromJPEG(img), nil
		}
	}
	img, err := jpeg.Decode(withAdobe(data, h.jpeg))
	if err != nil {
		return nil, because(err)
	}
	return fromJPEG(img), nil
}

// plainScan reports whether the picture is one baseline scan of grey or YCbCr
// without restart markers, followed by the end marker, and where that marker is.
func (j *jpegHeader) plainScan(data []byte) (end int, ok bool) {
	n := len(j.components)
	if j.sof > 0xc1 || j.restart || n != j.scanned || n > 3 || j.isRGB() {
		return 0, false
	}
	for at := j.scan; ; {
		i := bytes.IndexByte(data[at:], 0xff)
		if i < 0 || at+i+1 >= len(data) {
			return 0, false
		}
		at += i
		if next := data[at+1]; next != 0 {
			return at, next == markEOI
		}
		at += 2
	}
}

// completeScan returns data with a run of 1 bits put before the marker that ends
// the only scan. A complete scan never reads them. One that ends early runs into
// them, and since no Huffman code in JPEG is all ones (T.81, annex C), the decoder
// reports an error where it would otherwise have made up the missing part.
func completeScan(data []byte, end int) io.Reader {
	ones := bytes.Repeat([]byte{0xff, 0}, 32)
	return io.MultiReader(bytes.NewReader(data[:end]), bytes.NewReader(ones), bytes.NewReader(data[end:]))
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

func fromJPEG(img image.Image) *raster.Picture {
	if planes, ok := img.(*image.YCbCr); ok {
		return fromYCbCr(planes, jfif)
	}
	return raster.FromImage(img)
}

// denominator returns the largest of 1, 2, 4, 8 at which the shorter side still has
// at least side pixels, and 1 where the decoder that scales is not used.
func denominator(data []byte, h header, side int) int {
	if h.jpeg == nil || side <= 0 {
		return 1
	}
	if _, ok := h.jpeg.plainScan(data); !ok {
		return 1
	}
	denom := 8
	for denom > 1 && min(h.storedW, h.storedH)/denom < side {
		denom /= 2
	}
	return denom
}
