package imageio

// Limits bounds what a file may ask for. They are checked against the header,
// before anything of that size is allocated. A zero field means DefaultLimits'.
type Limits struct {
	MaxBytes  int64 // of the file
	MaxPixels int64 // width x height
	MaxMemory int64 // bytes that decoding takes at its peak: Info.DecodeBytes
}

// DefaultLimits admits what cameras and generators make, and keeps a single decode
// well under a gigabyte.
var DefaultLimits = Limits{MaxBytes: 256 << 20, MaxPixels: 120_000_000, MaxMemory: 768 << 20}

func (l Limits) orDefault() Limits {
	for _, f := range []struct{ to, from *int64 }{
		{&l.MaxBytes, &DefaultLimits.MaxBytes}, {&l.MaxPixels, &DefaultLimits.MaxPixels}, {&l.MaxMemory, &DefaultLimits.MaxMemory},
	} {
		if *f.to == 0 {
			*f.to = *f.from
		}
	}
	return l
}

// Info is what a file's header says.
type Info struct {
	Format        string // as Sniff names it
	Width, Height int    // pixels, upright: after Orientation
	Orientation   int    // EXIF's 1 to 8: how the stored pixels have to be turned
	Frames        int    // 1 for a still picture
	Bits          int    // of one sample: 1 to 16
	Mode          string // bilevel, palette, grey, greya, rgb, rgba, cmyk
	Progressive   bool   // JPEG progressive; PNG and GIF interlaced
	Bytes         int64  // of the file
	perPixel      int64  // bytes a pixel that decoding takes at its peak
	fixed         int64  // and what it takes whatever the size, beside the file itself
}

// DecodeBytes estimates, from above, the memory that Decode takes at its peak:
// the file, what its decoder holds and the picture. It is what to ask a Gate for.
func (i Info) DecodeBytes() int64 {
	return i.Bytes + i.fixed + i.perPixel*int64(i.Width)*int64(i.Height)
}

// ReadInfo reads the header of a whole file in memory; no pixel is decoded. The
// error is an *Invalid: no picture, a broken header, or more than lim allows. Info
// is then filled as far as the header could be read.
func ReadInfo(data []byte, lim Limits) (Info, error) {
	h, err := readHeader(data, lim)
	return h.Info, err
}

// header is Info and what the decoder of the format needs to know beside it.
type header struct {
	Info
	storedW, storedH int // before Orientation
	jpeg             *jpegHeader
	png              *pngHeader
	webp             *webpHeader
	heif             *heifHeader
	bmp              *bmpHeader
	tiff             *ifd
}

// readHeader reads and checks the header of any format.
func readHeader(data []byte, lim Limits) (h header, err error) {
	lim = lim.orDefault()
	switch {
	case len(data) == 0:
		return h, invalid("empty file")
	case int64(len(data)) > lim.MaxBytes:
		return h, invalid("too large: the file has %d bytes, the limit is %d", len(data), lim.MaxBytes)
	}
	format := Sniff(data[:min(len(data), HeadSize)])
	if format == "" {
		return h, invalid("no picture: the content is none of JPEG, PNG, GIF, WebP, BMP, TIFF, AVIF, HEIC")
	}
	err = guard(func() (err error) {
		h, err = parseHeader(format, data)
		return err
	})
	h.Format, h.Bytes = format, int64(len(data))
	if err != nil {
		return h, because(err)
	}
	return h.finish(lim)
}

func parseHeader(format string, data []byte) (header, error) {
	switch format {
	case "jpeg":
		return readJPEG(data)
	case "png":
		return readPNG(data)
	case "gif":
		return readGIF(data)
	case "webp":
		return readWebP(data)
	case "bmp":
		return readBMP(data)
	case "tiff":
		return readTIFF(data)
	}
	return readHEIF(data)
}

// finish turns the stored size upright and applies the limits.
func (h header) finish(lim Limits) (header, error) {
	if h.storedW <= 0 || h.storedH <= 0 {
		return h, invalid("corrupt: the header says the picture is %dx%d", h.storedW, h.storedH)
	}
	if h.Orientation < 1 || h.Orientation > 8 {
		h.Orientation = 1
	}
	h.Frames, h.Width, h.Height = max(h.Frames, 1), h.storedW, h.storedH
	if h.Orientation >= 5 {
		h.Width, h.Height = h.storedH, h.storedW
	}
	if h.Orientation > 1 {
		h.perPixel += 3 // the turned copy
	}
	if int64(h.Width) > lim.MaxPixels/int64(h.Height) {
		return h, invalid("too large: the header says %dx%d pixels, the limit is %d in all", h.Width, h.Height, lim.MaxPixels)
	}
	if need := h.DecodeBytes(); need > lim.MaxMemory {
		return h, invalid("too large: decoding %dx%d pixels takes %d MB, the limit is %d", h.Width, h.Height, need>>20, lim.MaxMemory>>20)
	}
	return h, nil
}
