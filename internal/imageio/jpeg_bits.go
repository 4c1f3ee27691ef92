package imageio

import "encoding/binary"

// errScanEnds says that the entropy-coded data ran out, or met a marker, too soon.
var errScanEnds = invalid("truncated: the file's pixels end before the picture does")

var errHuffman = invalid("corrupt: the JPEG's pixels hold a code that does not exist")

// bitReader reads the bits of a scan: stuffed zeros are passed over, markers stop it.
type bitReader struct {
	data []byte
	at   int
	acc  uint64 // the next bits, from the top
	n    int    // how many of them there are
}

// fill brings at least 48 bits into acc, or all there are before a marker. What
// follows them in acc is no news: zeros, or the first bits of what comes next.
func (r *bitReader) fill() {
	if r.at+8 <= len(r.data) {
		v := binary.BigEndian.Uint64(r.data[r.at:])
		if !holdsFF(v) {
			r.acc |= v >> r.n
			whole := (64 - r.n) >> 3
			r.at, r.n = r.at+whole, r.n+8*whole
			return
		}
	}
	for r.n <= 56 && r.at < len(r.data) {
		b := r.data[r.at]
		if b == 0xff {
			if r.at+1 >= len(r.data) || r.data[r.at+1] != 0 {
				return
			}
			r.at++
		}
		r.at++
		r.acc |= uint64(b) << (56 - r.n)
		r.n += 8
	}
}

// take drops n bits; the caller made sure that they are there.
func (r *bitReader) take(n int) {
	r.acc <<= n
	r.n -= n
}

// restart drops what is left of an interval and steps over its RST marker.
func (r *bitReader) restart() error {
	r.acc, r.n = 0, 0
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
	return nil
}

// lookBits is how many bits the fast tables look at; longer codes are rare.
const lookBits = 10

// huffman is a decoding table (T.81, annex F.2.2.3) with two shortcuts.
type huffman struct {
	fast   [1 << lookBits]uint16 // length<<8 | symbol of codes of up to lookBits bits, else 0
	fused  [1 << lookBits]int32  // value<<16 | run<<8 | bits, where an AC code and its value fit, else 0; see endOfBlock
	limit  [18]uint32            // first code, left aligned in 16 bits, that is longer than i bits
	offset [17]int               // from a code of i bits to its place among the symbols
	symbol []byte
}

// newHuffman builds a table from a DHT entry: 16 counts, then the symbols.
func newHuffman(counts, symbols []byte) (*huffman, error) {
	h := &huffman{symbol: symbols}
	code, at := 0, 0
	for bits := 1; bits <= 16; bits++ {
		h.offset[bits] = at - code
		for range counts[bits-1] {
			if code >= 1<<bits || at >= len(symbols) {
				return nil, invalid("corrupt: a JPEG code table is impossible")
			}
			h.enter(code, bits, symbols[at])
			code, at = code+1, at+1
		}
		h.limit[bits] = uint32(code) << (16 - bits)
		code <<= 1
	}
	h.limit[17] = 1 << 16
	h.fuse()
	return h, nil
}

// enter fills the fast table for all inputs that begin with a code.
func (h *huffman) enter(code, bits int, symbol byte) {
	if bits > lookBits {
		return
	}
	spare := lookBits - bits
	for i := range 1 << spare {
		h.fast[code<<spare|i] = uint16(bits)<<8 | uint16(symbol)
	}
}

// endOfBlock is the run that fused entries give to the code that ends a block: one
// that reaches past any coefficient.
const endOfBlock = 64

// fuse fills the table that gives run and value of an AC coefficient in one step.
func (h *huffman) fuse() {
	for look, entry := range h.fast {
		bits, run, size := int(entry>>8), int32(entry>>4&15), int(entry&15)
		if bits > 0 && entry&0xff == 0 {
			h.fused[look] = endOfBlock<<8 | int32(bits)
		}
		if entry == 0 || size == 0 || bits+size > lookBits {
			continue
		}
		raw := look >> (lookBits - bits - size) & (1<<size - 1)
		h.fused[look] = extend(raw, size)<<16 | run<<8 | int32(bits+size)
	}
}

// extend turns size raw bits into the signed value they stand for (T.81, F.2.2.1).
func extend(raw, size int) int32 {
	if raw < 1<<(size-1) {
		raw -= 1<<size - 1
	}
	return int32(raw)
}

// next reads a code and returns its symbol, -1 for one that does not exist and for
// the end of the data. The reader must be filled.
func (h *huffman) next(r *bitReader) int {
	if entry := h.fast[r.acc>>(64-lookBits)]; entry != 0 {
		if bits := int(entry >> 8); bits <= r.n {
			r.take(bits)
			return int(entry & 0xff)
		}
		return -1
	}
	look := uint32(r.acc >> 48)
	for bits := lookBits + 1; bits <= 16; bits++ {
		if look < h.limit[bits] {
			at := int(look>>(16-bits)) + h.offset[bits]
			if bits > r.n || at < 0 || at >= len(h.symbol) {
				return -1
			}
			r.take(bits)
			return int(h.symbol[at])
		}
	}
	return -1
}

// value reads the size bits that follow a code.
func (r *bitReader) value(size int) int32 {
	if size == 0 {
		return 0
	}
	raw := int(r.acc >> (64 - size))
	r.take(size)
	return extend(raw, size)
}
