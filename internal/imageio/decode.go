package imageio

import "github.com/curate/curate/internal/raster"

// Decode decodes the first frame of a whole file in memory: upright, transparency
// over white, 8 bits a sample. The error is an *Invalid: what ReadInfo refuses,
// and pixels that are truncated or corrupt. Info is filled as far as the header
// could be read. data is only read; the picture is the caller's.
func Decode(data []byte, lim Limits) (*raster.Picture, Info, error) {
	return DecodeAtLeast(data, lim, 0)
}

// DecodeAtLeast is Decode for callers that will shrink the picture anyway: a JPEG
// may come at 1/2, 1/4 or 1/8 of its size, as long as its shorter side keeps at
// least side pixels. The pixels are then the means of what they replace, not those
// of a full decode shrunk by another filter. side 0 asks for the full size.
func DecodeAtLeast(data []byte, lim Limits, side int) (*raster.Picture, Info, error) {
	h, err := readHeader(data, lim)
	if err != nil {
		return nil, h.Info, err
	}
	var p *raster.Picture
	err = guard(func() (err error) {
		p, err = decodeStored(data, h, side)
		return err
	})
	if err != nil {
		return nil, h.Info, because(err)
	}
	if h.Format != "heic" { // which comes upright from its decoder
		return p.Orient(h.Orientation), h.Info, nil
	}
	h.Width, h.Height = p.W, p.H // it also crops, where the file asks for it
	return p, h.Info, nil
}

// decodeStored decodes the pixels as they are stored.
func decodeStored(data []byte, h header, side int) (*raster.Picture, error) {
	switch h.Format {
	case "jpeg":
		return decodeJPEG(data, h.jpeg, denominator(h, side))
	case "png":
		return decodePNG(h)
	case "gif":
		return decodeGIF(data, h)
	case "webp":
		return decodeWebP(h)
	case "bmp":
		return decodeBMP(h)
	case "tiff":
		return decodeTIFF(data)
	}
	return decodeHEIF(data, h)
}
