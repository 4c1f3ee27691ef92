package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
)

// DType is the element type of a tensor as the header spells it.
type DType string

// The types that [File.Float32] converts; the others that the format knows can be
// read as bytes.
const (
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	F64  DType = "F64"
	I64  DType = "I64"
)

// Size returns the bytes of one element, 0 for a type this package does not know.
func (d DType) Size() int64 {
	switch d {
	case F64, I64, "U64":
		return 8
	case F32, "I32", "U32":
		return 4
	case F16, BF16, "I16", "U16":
		return 2
	case "U8", "I8", "BOOL", "F8_E4M3", "F8_E5M2":
		return 1
	}
	return 0
}

// decode appends the elements that data holds, as float32. Values of F64 and I64
// are rounded to the nearest float32.
func (d DType) decode(dst []float32, data []byte) ([]float32, error) {
	le := binary.LittleEndian
	switch d {
	case F32:
		for i := 0; i < len(data); i += 4 {
			dst = append(dst, math.Float32frombits(le.Uint32(data[i:])))
		}
	case F16:
		for i := 0; i < len(data); i += 2 {
			dst = append(dst, fromHalf(le.Uint16(data[i:])))
		}
	case BF16:
		for i := 0; i < len(data); i += 2 {
			dst = append(dst, math.Float32frombits(uint32(le.Uint16(data[i:]))<<16))
		}
	case F64:
		for i := 0; i < len(data); i += 8 {
			dst = append(dst, float32(math.Float64frombits(le.Uint64(data[i:]))))
		}
	case I64:
		for i := 0; i < len(data); i += 8 {
			dst = append(dst, float32(int64(le.Uint64(data[i:]))))
		}
	default:
		return nil, fmt.Errorf("elements of type %s cannot be read as float32", d)
	}
	return dst, nil
}

// fromHalf converts an IEEE 754 half.
func fromHalf(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exp {
	case 0: // zero or subnormal: frac * 2^-24
		return math.Float32frombits(math.Float32bits(float32(frac)*(1.0/(1<<24))) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}
