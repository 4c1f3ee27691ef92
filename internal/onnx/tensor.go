package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Type is the element type of a tensor, with ONNX's own numbers.
type Type int32

// The element types that curate's graphs use.
const (
	Float   Type = 1
	Uint8   Type = 2
	Int8    Type = 3
	Int32   Type = 6
	Int64   Type = 7
	Bool    Type = 9
	Float16 Type = 10
	Double  Type = 11
	BF16    Type = 16
)

// Size returns the bytes of one element, 0 for a type not listed above.
func (t Type) Size() int {
	switch t {
	case Uint8, Int8, Bool:
		return 1
	case Float16, BF16:
		return 2
	case Float, Int32:
		return 4
	case Int64, Double:
		return 8
	}
	return 0
}

// Tensor is a constant of a graph. Exactly one of Floats (type Float), Ints
// (type Int64) and Raw (little-endian bytes, any type) holds its elements; a
// tensor that was read from a file holds Raw only, see [Tensor.Float32s].
type Tensor struct {
	Name   string
	Type   Type
	Dims   []int64 // none for a scalar
	Floats []float32
	Ints   []int64
	Raw    []byte
}

// Len returns the number of elements that the dimensions ask for.
func (t *Tensor) Len() int {
	n := 1
	for _, d := range t.Dims {
		n *= int(d)
	}
	return n
}

// size returns how many bytes the elements take in raw_data.
func (t *Tensor) size() int {
	switch {
	case t.Floats != nil:
		return 4 * len(t.Floats)
	case t.Ints != nil:
		return 8 * len(t.Ints)
	}
	return len(t.Raw)
}

// append appends the elements as they stand in raw_data.
func (t *Tensor) append(dst []byte) []byte {
	switch {
	case t.Floats != nil:
		for _, v := range t.Floats {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
		}
		return dst
	case t.Ints != nil:
		for _, v := range t.Ints {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
		}
		return dst
	}
	return append(dst, t.Raw...)
}

// Float32s returns the elements of a Float tensor; the slice is the caller's
// where the tensor was read from a file, the tensor's own otherwise.
func (t *Tensor) Float32s() ([]float32, error) {
	if t.Type != Float {
		return nil, fmt.Errorf("tensor %q holds elements of type %d, not float32", t.Name, t.Type)
	}
	if t.Floats != nil {
		return t.Floats, nil
	}
	if len(t.Raw) != 4*t.Len() {
		return nil, fmt.Errorf("tensor %q: %d bytes for %d elements", t.Name, len(t.Raw), t.Len())
	}
	out := make([]float32, t.Len())
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Raw[4*i:]))
	}
	return out, nil
}
