package imageio

import (
	"bytes"
	"sync"
)

// lookBits is how many bits the tables look at; longer codes are rare.
const lookBits = 10

// huffman is a decoding table (T.81, annex F.2.2.3) with shortcuts. It is only read
// once it is made.
type huffman struct {
	short  [1 << lookBits]shortCode
	pairs  *[1 << lookBits]pairCode // of coefficients other than means
	limit  [18]uint32               // first code, left aligned in 16 bits, that is longer than i bits
	offset [17]int                  // from a code of i bits to its place among the symbols
	symbol []byte
}

// shortCode is what the next lookBits bits begin with: value<<16 | run<<8 | bits, where
// a code and its value fit; a run of endOfBlock, and no value, where a block ends. With
// apart set the value's size stands in its place, and its bits follow. 0 is a code that
// is longer, or none.
type shortCode int32

const (
	apart = 0x80
	// endOfBlock is a run that reaches past any coefficient.
	endOfBlock = 64
)

// pairCode is what the next lookBits bits hold of one coefficient or two:
// value<<48 | steps<<32 | value<<16 | steps<<8 | bits, the first of them below. Steps
// lead from a coefficient to the next, pastBlock of them where the block ends. Where
// there is one only, it stands there again without a step. With apart set, and for 0, it
// is a shortCode.
type pairCode uint64

// pastBlock is more steps than coefficients and the steps of a code together.
const pastBlock = 128

// newHuffman builds a table from a DHT entry: 16 counts, then the symbols. Class is 0 for
// means and 1 for other coefficients.
func newHuffman(class int, counts, symbols []byte) (*huffman, error) {
	h := &huffman{symbol: symbols}
	code, at := 0, 0
	for bits := 1; bits <= 16; bits++ {
		h.offset[bits] = at - code
		for range counts[bits-1] {
			if code >= 1<<bits || at >= len(symbols) {
				return nil, invalid("corrupt: a JPEG code table is impossible")
			}
			h.enter(code, uint(bits), symbols[at])
			code, at = code+1, at+1
		}
		h.limit[bits] = uint32(code) << (16 - bits)
		code <<= 1
	}
	h.limit[17] = 1 << 16
	if class == 1 {
		h.pair()
	}
	return h, nil
}

// enter fills the short table for all that begins with a code.
func (h *huffman) enter(code int, bits uint, symbol byte) {
	if bits > lookBits {
		return
	}
	run, size, spare := shortCode(symbol>>4), uint(symbol&15), lookBits-bits
	all := h.short[code<<spare:][:1<<spare]
	switch {
	case size == 0 && run < 15:
		same(all, (endOfBlock|run)<<8|shortCode(bits))
	case size == 0 || size > spare: // the first are sixteen zeros
		same(all, shortCode(size)<<16|run<<8|apart|shortCode(bits))
	default:
		each := 1 << (spare - size)
		for raw := range 1 << size {
			same(all[raw*each:][:each], shortCode(extend(raw, size))<<16|run<<8|shortCode(bits+size))
		}
	}
}

func same(all []shortCode, c shortCode) {
	for i := range all {
		all[i] = c
	}
}

// pair fills the table of pairs from the short one.
func (h *huffman) pair() {
	h.pairs = new([1 << lookBits]pairCode)
	for look, c := range h.short {
		h.pairs[look] = pairCode(uint32(c))
		if c == 0 || c&apart != 0 {
			continue
		}
		value, steps, bits := c.parts()
		again, more := value, pairCode(0)
		next := h.short[look<<bits&(1<<lookBits-1)]
		if v, s, b := next.parts(); steps < pastBlock && next != 0 && next&apart == 0 && bits+b <= lookBits {
			again, more, bits = v, s, bits+b
		}
		h.pairs[look] = again<<48 | more<<32 | value<<16 | steps<<8 | bits
	}
}

func (c shortCode) parts() (value, steps, bits pairCode) {
	steps = pairCode(c>>8&0x7f) + 1
	if steps > endOfBlock {
		steps = pastBlock
	}
	return pairCode(uint16(c >> 16)), steps, pairCode(c & 0x3f)
}

// next reads a code and returns its symbol, -1 for one that does not exist. The reader
// must be filled.
func (h *huffman) next(r *bitReader) int {
	look := uint32(r.acc >> 48)
	for bits := 1; bits <= 16; bits++ {
		if look < h.limit[bits] {
			at := int(look>>(16-bits)) + h.offset[bits]
			if at < 0 || at >= len(h.symbol) {
				return -1
			}
			r.take(uint(bits))
			return int(h.symbol[at])
		}
	}
	return -1
}

// standardCodes makes the tables of annex K, which most files have, once.
var standardCodes = sync.OnceValue(func() (all [2][2]*huffman) {
	for plane, tables := range annexKCodes {
		for class, t := range tables {
			all[plane][class], _ = newHuffman(class, t.counts[:], t.symbols) // these are possible
		}
	}
	return all
})

// huffmanOf returns the table of a DHT entry: 16 counts, then the symbols.
func huffmanOf(class int, entry []byte) (*huffman, error) {
	for plane, tables := range annexKCodes {
		if t := tables[class]; bytes.Equal(entry[:16], t.counts[:]) && bytes.Equal(entry[16:], t.symbols) {
			return standardCodes()[plane][class], nil
		}
	}
	return newHuffman(class, entry[:16], entry[16:])
}
