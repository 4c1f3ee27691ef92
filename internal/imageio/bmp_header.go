package imageio

// bmpHeader is what the headers of a BMP say. Sizes and offsets are in bytes.
type bmpHeader struct {
	bits        int
	topDown     bool
	compression uint32
	masks       [4]uint32 // red, green, blue, alpha of 16 and 32 bits a pixel
	palette     []byte
	entry       int // size of a palette entry: 3 or 4
	pixels      []byte
}

// The compressions of BITMAPINFOHEADER that are pixels and no other file.
const (
	bmpRGB, bmpRLE8, bmpRLE4, bmpBitfields, bmpAlphaBitfields = 0, 1, 2, 3, 6
)

func readBMP(data []byte) (header, error) {
	if len(data) < 26 {
		return header{}, invalid(truncated)
	}
	size, dib := int(le32(data[14:])), data[14:]
	if len(dib) < size {
		return header{}, invalid(truncated)
	}
	b := &bmpHeader{entry: 4}
	h := header{bmp: b}
	used := 0
	if size == 12 {
		h.storedW, h.storedH = int(le16(dib[4:])), int(le16(dib[6:]))
		b.bits, b.entry = int(le16(dib[10:])), 3
	} else {
		h.storedW, h.storedH = int(int32(le32(dib[4:]))), int(int32(le32(dib[8:])))
		b.bits = int(le16(dib[14:]))
	}
	if size >= 40 {
		b.compression, used = le32(dib[16:]), int(le32(dib[32:]))
	}
	if h.storedH < 0 {
		h.storedH, b.topDown = -h.storedH, true
	}
	if err := b.check(size); err != nil {
		return header{}, err
	}
	h.Bits, h.Mode = min(b.bits, 8), "rgb"
	if b.bits <= 8 {
		h.Mode = "palette"
	}
	h.perPixel, h.fixed = 3+1, 1<<20
	return h, b.locate(data, size, used)
}

func (b *bmpHeader) check(size int) error {
	switch b.bits {
	case 1, 2, 4, 8, 16, 24, 32:
	default:
		return invalid("corrupt: BMP with %d bits a pixel", b.bits)
	}
	fits := map[uint32][]int{bmpRGB: {1, 2, 4, 8, 16, 24, 32}, bmpRLE8: {8}, bmpRLE4: {4}, bmpBitfields: {16, 32}, bmpAlphaBitfields: {16, 32}}
	for _, bits := range fits[b.compression] {
		if bits == b.bits && (size != 64 || b.compression <= bmpRLE4) {
			return nil
		}
	}
	return invalid("unsupported: BMP with compression %d and %d bits a pixel", b.compression, b.bits)
}

// locate finds the masks, the palette and the pixels.
func (b *bmpHeader) locate(data []byte, size, used int) error {
	at := 14 + size
	b.masks = [4]uint32{0xff0000, 0xff00, 0xff, 0}
	if b.bits == 16 {
		b.masks = [4]uint32{0x7c00, 0x3e0, 0x1f, 0}
	}
	if b.compression == bmpBitfields || b.compression == bmpAlphaBitfields {
		n := 3
		if size >= 56 || size == 40 && b.compression == bmpAlphaBitfields {
			n = 4
		}
		if 54+4*n > len(data) {
			return invalid(truncated)
		}
		for i := range n {
			b.masks[i] = le32(data[54+4*i:])
		}
		if size == 40 {
			at += 4 * n
		}
	}
	pixels := int(le32(data[10:]))
	if b.bits <= 8 {
		n := 1 << b.bits
		if used > 0 && used < n {
			n = used
		}
		end := min(at+n*b.entry, len(data))
		switch {
		case pixels == at: // written by programs that forget the palette
			pixels = end
		case pixels > at:
			end = min(end, pixels)
		}
		b.palette = data[min(at, end):end]
	}
	if pixels < 26 || pixels >= len(data) {
		return invalid(truncated)
	}
	b.pixels = data[pixels:]
	return nil
}
