package imageio

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// The TIFF tags we read: TIFF 6.0, section 8, and EXIF 2.32, section 4.6.
const (
	tagWidth       = 0x100
	tagHeight      = 0x101
	tagBits        = 0x102
	tagPhotometric = 0x106
	tagMake        = 0x10f
	tagModel       = 0x110
	tagOrientation = 0x112
	tagSamples     = 0x115
	tagPlanar      = 0x11c
	tagSoftware    = 0x131
	tagDateTime    = 0x132
	tagICC         = 0x8773
	tagExifIFD     = 0x8769
	tagTaken       = 0x9003
)

// ifd is one image file directory of a TIFF structure, which EXIF is too.
type ifd struct {
	data    []byte // the whole structure; offsets count from its start
	order   binary.ByteOrder
	entries []byte // 12 bytes each
	next    int    // offset of the next directory, 0 if this is the last
}

// firstIFD reads the first directory; ok is false if data is no TIFF structure.
func firstIFD(data []byte) (d ifd, ok bool) {
	if len(data) < 8 {
		return d, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		d.order = binary.LittleEndian
	case "MM\x00*":
		d.order = binary.BigEndian
	default:
		return d, false
	}
	d.data = data
	return d.at(int(d.order.Uint32(data[4:])))
}

// at reads the directory at an offset. Entries past the end of the data are left out.
func (d ifd) at(offset int) (ifd, bool) {
	if offset < 8 || offset+2 > len(d.data) {
		return ifd{}, false
	}
	n := int(d.order.Uint16(d.data[offset:]))
	from, to := offset+2, offset+2+12*n
	d.next = 0
	if to+4 <= len(d.data) {
		d.next = int(d.order.Uint32(d.data[to:]))
	}
	d.entries = d.data[from:max(from, from+(min(to, len(d.data))-from)/12*12)]
	return d, true
}

// raw returns the type and the bytes of a tag's values, nil if it is not there.
func (d ifd) raw(tag uint16) (kind uint16, values []byte) {
	for e := d.entries; len(e) >= 12; e = e[12:] {
		if d.order.Uint16(e) != tag {
			continue
		}
		kind = d.order.Uint16(e[2:])
		size := int64(d.order.Uint32(e[4:])) * typeSize(kind)
		if size <= 4 {
			return kind, e[8 : 8+size]
		}
		from := int64(d.order.Uint32(e[8:]))
		if from+size > int64(len(d.data)) {
			return kind, nil
		}
		return kind, d.data[from : from+size]
	}
	return 0, nil
}

func typeSize(kind uint16) int64 {
	switch kind {
	case 1, 2, 6, 7: // BYTE, ASCII, SBYTE, UNDEFINED
		return 1
	case 3, 8: // SHORT, SSHORT
		return 2
	case 4, 9, 11, 13: // LONG, SLONG, FLOAT, IFD
		return 4
	case 5, 10, 12: // RATIONAL, SRATIONAL, DOUBLE
		return 8
	}
	return 0
}

// uint returns the first value of a tag, or what is assumed without one.
func (d ifd) uint(tag uint16, absent int) int {
	kind, v := d.raw(tag)
	switch {
	case kind == 3 && len(v) >= 2:
		return int(d.order.Uint16(v))
	case (kind == 4 || kind == 13) && len(v) >= 4:
		return int(d.order.Uint32(v))
	case kind == 1 && len(v) >= 1:
		return int(v[0])
	}
	return absent
}

// text returns a tag's text without padding, at most 200 bytes of it.
func (d ifd) text(tag uint16) string {
	kind, v := d.raw(tag)
	if kind != 2 {
		return ""
	}
	v, _, _ = bytes.Cut(v, []byte{0})
	return strings.TrimSpace(strings.ToValidUTF8(string(v[:min(len(v), 200)]), ""))
}

// exifOrientation reads the orientation from an EXIF block, with or without the
// "Exif" that JPEG puts before it; 0 if there is none.
func exifOrientation(block []byte) int {
	d, ok := firstIFD(trimExif(block))
	if !ok {
		return 0
	}
	return d.uint(tagOrientation, 0)
}

func trimExif(block []byte) []byte { return bytes.TrimPrefix(block, []byte("Exif\x00\x00")) }
