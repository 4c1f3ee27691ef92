package imageio

import (
	"bytes"
	"encoding/binary"
)

// errScanEnds says that the entropy-coded data ran out, or met a marker, too soon.
var errScanEnds = invalid("truncated: the file's pixels end before the picture does")

var errHuffman = invalid("corrupt: the JPEG's pixels hold a code that does not exist")

const (
	// mcuBytes is more than any MCU takes: ten blocks of a mean of up to 27 bits and 63
	// coefficients of up to 31, and what the reader looks ahead.
	mcuBytes = 2560
	// windowBytes is how much of a scan is made ready at a time; it stays in the
	// processor's nearest cache.
	windowBytes = 8 << 10
)

// bitReader reads the bits of a scan. The bytes come through a window in which the
// stuffed zeros are left out already, and in which zeros follow the last of them: so
// the reading itself asks for nothing but bits, and whether there were so many is seen
// after each block (see over).
type bitReader struct {
	data []byte
	at   int // of the data: what the window has not seen yet

	window [windowBytes + mcuBytes]byte
	next   int    // of the window: the first byte of which acc may lack bits
	end    int    // of the window: where zeros begin
	last   bool   // the window reaches to a marker or to the end of the data
	acc    uint64 // the next bits, from the top; below the n-th some of the byte at next
	n      uint   // how many of them there are
}

// ready makes sure that the window holds an MCU, or all that is left.
func (r *bitReader) ready() {
	if r.last || r.end-r.next >= mcuBytes {
		return
	}
	r.end = copy(r.window[:], r.window[r.next:r.end])
	r.next = 0
	for r.end < windowBytes && !r.last {
		r.more()
	}
	if r.last {
		clear(r.window[r.end : r.end+mcuBytes])
	}
}

// more takes the bytes up to the next 0xff, and that if it stands for itself.
func (r *bitReader) more() {
	part := r.data[r.at:min(len(r.data), r.at+windowBytes-r.end)]
	plain := bytes.IndexByte(part, 0xff)
	if plain < 0 {
		plain = len(part)
	}
	r.end += copy(r.window[r.end:], part[:plain])
	r.at += plain
	switch {
	case r.at >= len(r.data):
		r.last = true
	case plain == len(part): // the window is full
	case r.at+1 < len(r.data) && r.data[r.at+1] == 0:
		r.window[r.end] = 0xff
		r.end++
		r.at += 2
	default:
		r.last = true
	}
}

// fill brings at least 56 bits into acc.
func (r *bitReader) fill() {
	r.acc |= binary.BigEndian.Uint64(r.window[r.next:]) >> (r.n & 63)
	r.next += int(63-r.n) >> 3
	r.n |= 56
}

// take drops n bits.
func (r *bitReader) take(n uint) {
	r.acc <<= n & 63
	r.n -= n
}

// left is how many bits there are in the window that were not taken; less than none
// were there where more were taken.
func (r *bitReader) left() int { return 8*(r.end-r.next) + int(r.n) }

// over tells whether bits were taken that were never there.
func (r *bitReader) over() bool { return r.last && r.left() < 0 }

// failure tells why a code could not be read.
func (r *bitReader) failure() error {
	if r.last && r.left() < 16 {
		return errScanEnds
	}
	return errHuffman
}

// restart drops what is left of an interval and steps over its RST marker.
func (r *bitReader) restart() error {
	if !r.last || r.left() >= 64 {
		return invalid("corrupt: the JPEG lacks a restart marker")
	}
	for r.at+1 < len(r.data) && r.data[r.at] == 0xff && r.data[r.at+1] == 0xff {
		r.at++
	}
	if r.at+1 >= len(r.data) {
		return errScanEnds
	}
	if r.data[r.at] != 0xff || r.data[r.at+1]&0xf8 != 0xd0 {
		return invalid("corrupt: the JPEG lacks a restart marker")
	}
	r.at += 2
	r.next, r.end, r.last, r.acc, r.n = 0, 0, false, 0, 0
	return nil
}

// value reads the size bits that follow a code.
func (r *bitReader) value(size uint) int32 {
	if size == 0 {
		return 0
	}
	raw := int(r.acc >> (64 - size))
	r.take(size)
	return extend(raw, size)
}

// extend turns size raw bits into the signed value they stand for (T.81, F.2.2.1).
func extend(raw int, size uint) int32 {
	if raw < 1<<(size-1) {
		raw -= 1<<size - 1
	}
	return int32(raw)
}
