// Package half converts between float32 and IEEE 754 half precision (binary16),
// the form in which descriptors and whitenings are stored.
//
// [Encode] and [Decode] work on slices of little-endian bytes, [FromFloat] and
// [ToFloat] on single values. Rounding is to nearest, ties to even, as hardware
// and NumPy do.
package half

import (
	"encoding/binary"
	"math"
	"sync"
)

// FromFloat rounds f to half precision. Values beyond 65504 become infinite;
// NaN stays NaN.
func FromFloat(f float32) uint16 {
	b := math.Float32bits(f)
	sign := uint16(b >> 16 & 0x8000)
	switch abs := b & 0x7fffffff; {
	case abs > 0x7f800000:
		return sign | 0x7e00
	case abs >= 0x477ff000: // rounds to 65536 or more
		return sign | 0x7c00
	case abs >= 0x38800000: // normal
		return sign | uint16((abs-0x38000000+0xfff+abs>>13&1)>>13)
	default: // subnormal: adding 0.5 aligns and rounds the bits
		return sign | uint16(math.Float32bits(math.Float32frombits(abs)+0.5)-0x3f000000)
	}
}

// ToFloat widens h; it is exact.
func ToFloat(h uint16) float32 { return table()[h] }

// table holds every half value as a float32 (256 KiB).
var table = sync.OnceValue(func() *[1 << 16]float32 {
	t := new([1 << 16]float32)
	for i := range t {
		t[i] = widen(uint16(i))
	}
	return t
})

func widen(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exp, frac := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exp {
	case 0:
		f := float32(frac) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// Widen writes the values of src to dst, which must be as long.
func Widen(dst []float32, src []uint16) {
	t := table()
	for i, h := range src {
		dst[i] = t[h]
	}
}

// Encode returns src as 2*len(src) little-endian bytes.
func Encode(src []float32) []byte {
	out := make([]byte, 0, 2*len(src))
	for _, f := range src {
		out = binary.LittleEndian.AppendUint16(out, FromFloat(f))
	}
	return out
}

// Decode reads what Encode wrote into dst, which must hold len(b)/2 values.
func Decode(dst []float32, b []byte) {
	t := table()
	for i := range dst {
		dst[i] = t[binary.LittleEndian.Uint16(b[2*i:])]
	}
}
