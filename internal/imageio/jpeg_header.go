package imageio

// jpegHeader is what the segments before the first scan say.
type jpegHeader struct {
	sof        byte // the start-of-frame marker's low byte: 0xc0 baseline, 0xc2 progressive
	w, h       int
	precision  int
	components []jpegComponent
	interval   int    // MCUs between restart markers, 0 without
	adobe      int    // transform of the Adobe segment, -1 without one
	scan       int    // offset of the first entropy-coded byte
	scanned    int    // components in the first scan
	selectors  []byte // of the first scan: for each component its number and its tables
	exif       []byte
	icc        [][]byte // parts of the profile, in the order of the file
	xmp        bool
	comment    bool
	quant      [4][]byte    // quantisation tables as stored (zigzag), nil if absent
	codes      [2][4][]byte // DC and AC code tables: 16 counts, then the symbols; nil if absent
}

type jpegComponent struct{ id, h, v, quant byte }

// The markers we look at: ITU-T T.81, table B.1.
const (
	markDHT, markSOI, markEOI, markSOS, markDQT, markDRI = 0xc4, 0xd8, 0xd9, 0xda, 0xdb, 0xdd
	markAPP1, markAPP2, markAPP14, markCOM               = 0xe1, 0xe2, 0xee, 0xfe
)

func readJPEG(data []byte) (header, error) {
	j, err := scanJPEG(data)
	if err != nil {
		return header{}, err
	}
	h := header{jpeg: j, storedW: j.w, storedH: j.h}
	h.Bits, h.Progressive, h.Orientation = j.precision, j.sof == 0xc2, exifOrientation(j.exif)
	h.Mode = map[int]string{1: "grey", 3: "rgb", 4: "cmyk"}[len(j.components)]
	h.perPixel, h.fixed = j.cost(), 1<<20
	return h, j.check()
}

// scanJPEG walks the segments up to the first scan.
func scanJPEG(data []byte) (*jpegHeader, error) {
	j := &jpegHeader{adobe: -1}
	for at := 2; ; {
		marker, from, to, err := nextSegment(data, at)
		if err != nil {
			return nil, err
		}
		body := data[from:to]
		at = to
		switch {
		case marker == markEOI:
			return nil, invalid("corrupt: the file ends without a picture in it")
		case marker == markSOS:
			if j.components == nil || len(body) == 0 {
				return nil, invalid("corrupt: a scan comes before the frame's header")
			}
			j.scan, j.scanned, j.selectors = to, int(body[0]), body[1:]
			return j, nil
		case isSOF(marker):
			err = j.frame(marker, body)
		default:
			j.note(marker, body)
		}
		if err != nil {
			return nil, err
		}
	}
}

// nextSegment finds the marker at or after at and returns its body's bounds.
// Bytes that belong to no segment are passed over, as every reader does.
func nextSegment(data []byte, at int) (marker byte, from, to int, err error) {
	for {
		for at < len(data) && data[at] != 0xff {
			at++
		}
		for at < len(data) && data[at] == 0xff {
			at++
		}
		if at >= len(data) {
			return 0, 0, 0, invalid(truncated)
		}
		marker = data[at]
		at++
		switch {
		case marker == 0, marker == 1, marker >= 0xd0 && marker <= markSOI:
			continue // stuffed zero, or a marker without a body
		case marker == markEOI:
			return marker, at, at, nil
		case at+2 > len(data):
			return 0, 0, 0, invalid(truncated)
		}
		size := int(be16(data[at:]))
		if size < 2 {
			return 0, 0, 0, invalid("corrupt: a segment's length is %d", size)
		}
		if at+size > len(data) {
			return 0, 0, 0, invalid(truncated)
		}
		return marker, at + 2, at + size, nil
	}
}

// isSOF tells frames from the tables and the arithmetic conditioning among them.
func isSOF(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

func (j *jpegHeader) frame(marker byte, body []byte) error {
	if j.components != nil {
		return invalid("corrupt: a second frame's header")
	}
	if len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return invalid("corrupt: the frame's header is too short")
	}
	j.sof, j.precision = marker, int(body[0])
	j.h, j.w = int(be16(body[1:])), int(be16(body[3:]))
	j.components = make([]jpegComponent, body[5])
	for i := range j.components {
		c := body[6+3*i:]
		j.components[i] = jpegComponent{id: c[0], h: c[1] >> 4, v: c[1] & 15, quant: c[2]}
	}
	return nil
}

// note keeps what other segments say that decoding or Metadata needs.
func (j *jpegHeader) note(marker byte, body []byte) {
	switch {
	case marker == markAPP1 && hasPrefix(body, "Exif\x00\x00") && j.exif == nil:
		j.exif = body
	case marker == markAPP1 && hasPrefix(body, "http://ns.adobe.com/x"):
		j.xmp = true
	case marker == markAPP2 && hasPrefix(body, "ICC_PROFILE\x00") && len(body) > 14 && len(j.icc) < 255:
		j.icc = append(j.icc, body[14:])
	case marker == markAPP14 && hasPrefix(body, "Adobe") && len(body) >= 12:
		j.adobe = int(body[11])
	case marker == markCOM:
		j.comment = true
	case marker == markDRI && len(body) >= 2:
		j.interval = int(be16(body))
	case marker == markDQT:
		j.tables(body)
	case marker == markDHT:
		j.codeTables(body)
	}
}

// tables keeps quantisation tables: a byte of precision and number, then 64 values.
func (j *jpegHeader) tables(body []byte) {
	for len(body) > 0 {
		size := 64 * (1 + int(body[0]>>4))
		if len(body) < 1+size || body[0]&15 > 3 {
			return
		}
		j.quant[body[0]&15] = body[1 : 1+size]
		body = body[1+size:]
	}
}

// codeTables keeps code tables: a byte of class and number, 16 counts, the symbols.
func (j *jpegHeader) codeTables(body []byte) {
	for len(body) >= 17 {
		size := 17
		for _, n := range body[1:17] {
			size += int(n)
		}
		if len(body) < size || body[0]>>4 > 1 || body[0]&15 > 3 {
			return
		}
		j.codes[body[0]>>4][body[0]&15] = body[1:size]
		body = body[size:]
	}
}

// check refuses, with its name, what no decoder here can do.
func (j *jpegHeader) check() error {
	n := len(j.components)
	switch {
	case j.sof == 0xc3:
		return invalid("unsupported: lossless JPEG")
	case j.sof > 0xc2:
		return invalid("unsupported: JPEG with arithmetic coding or hierarchical frames")
	case j.precision != 8:
		return invalid("unsupported: JPEG with %d bits a sample", j.precision)
	case j.h == 0:
		return invalid("unsupported: JPEG without a height in its header")
	case n != 1 && n != 3 && n != 4:
		return invalid("unsupported: JPEG with %d components", n)
	}
	for _, c := range j.components {
		if c.h == 0 || c.h > 4 || c.v == 0 || c.v > 4 {
			return invalid("corrupt: a component is sampled %dx%d", c.h, c.v)
		}
	}
	return nil
}

// cost is the bytes a pixel of decoding: the planes, a progressive picture's
// coefficients of 4 bytes each, what CMYK and RGB are copied to, and the Picture.
func (j *jpegHeader) cost() int64 {
	planes := int64(1)
	if len(j.components) > 1 {
		planes = 2 // 4:2:0 holds 1.5
		if c := j.components; c[0].h*c[0].v <= c[1].h*c[1].v {
			planes = 3
		}
	}
	cost := planes + 3
	if j.sof == 0xc2 {
		cost += 4 * planes
	}
	if len(j.components) == 4 || j.isRGB() {
		cost += 4 + 1
	}
	return cost
}

// isRGB tells pictures stored as R, G, B from those stored as luma and chroma.
func (j *jpegHeader) isRGB() bool {
	c := j.components
	if len(c) != 3 {
		return false
	}
	return j.adobe == 0 || j.adobe < 0 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B'
}
