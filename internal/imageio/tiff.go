package imageio

import (
	"bytes"

	"golang.org/x/image/tiff"

	"github.com/curate/curate/internal/raster"
)

// readTIFF reads the first directory and counts the others.
func readTIFF(data []byte) (header, error) {
	if hasPrefix(data[2:], "+") || hasPrefix(data[2:], "\x00+") {
		return header{}, invalid("unsupported: BigTIFF")
	}
	d, ok := firstIFD(data)
	if !ok || len(d.entries) == 0 {
		return header{}, invalid(truncated)
	}
	h := header{storedW: d.uint(tagWidth, 0), storedH: d.uint(tagHeight, 0), tiff: &d}
	h.Bits, h.Orientation = d.uint(tagBits, 1), d.uint(tagOrientation, 1)
	h.Mode, h.Frames = tiffMode(d, h.Bits), countIFDs(d)
	samples := int64(max(1, d.uint(tagSamples, 1)))
	h.perPixel = 3*samples*int64(max(1, h.Bits/8)) + 8 + 3 // one strip of all rows in a growing buffer, NRGBA64, the picture
	h.fixed = 2 << 20
	switch {
	case samples > 8 || h.Bits > 32:
		return header{}, invalid("unsupported: TIFF with %d samples of %d bits", samples, h.Bits)
	case samples > 1 && d.uint(tagPlanar, 1) == 2: // which the decoder would take for chunky pixels
		return header{}, invalid("unsupported: TIFF with its channels in separate planes")
	}
	return h, nil
}

func tiffMode(d ifd, bits int) string {
	switch d.uint(tagPhotometric, 0) {
	case 0, 1:
		if bits == 1 {
			return "bilevel"
		}
		return "grey"
	case 2:
		if d.uint(tagSamples, 3) > 3 {
			return "rgba"
		}
		return "rgb"
	case 3:
		return "palette"
	case 5:
		return "cmyk"
	}
	return "rgb"
}

// maxPages bounds the walk through directories, which a hostile file may chain in a
// circle.
const maxPages = 10_000

func countIFDs(d ifd) int {
	n := 1
	for ok := true; ok && d.next != 0 && n < maxPages; n++ {
		d, ok = d.at(d.next)
		if !ok {
			return n
		}
	}
	return n
}

func decodeTIFF(data []byte) (*raster.Picture, error) {
	img, err := tiff.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, because(err)
	}
	return raster.FromImage(img), nil
}
