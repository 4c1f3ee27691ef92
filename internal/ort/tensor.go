package ort

import (
	"fmt"
	"math"
	"runtime"
	"unsafe"

	native "github.com/yalue/onnxruntime_go"
)

// Half is an IEEE 754 binary16 number by its bits.
type Half uint16

// Element lists the Go types of tensors.
type Element interface {
	float32 | float64 | int64 | int32 | uint8 | int8 | bool | Half
}

// Tensor is a Go slice with dimensions. The slice is the caller's: change it
// between runs, reuse it for every run, and do not touch it while one is under
// way. A tensor needs no closing and may serve several runs at once as input.
type Tensor struct {
	dims []int64
	data any
	wrap func(*runtime.Pinner) (native.Value, error)
}

// NewTensor makes a tensor of data, which is kept and not copied. The product of
// dims must be len(data); at least one dimension is needed.
func NewTensor[T Element](data []T, dims ...int) (*Tensor, error) {
	if len(dims) == 0 {
		return nil, fmt.Errorf("a tensor needs at least one dimension; use [1] for a single number")
	}
	t := &Tensor{data: data, dims: make([]int64, len(dims))}
	n := 1
	for i, d := range dims {
		if d < 0 || (d > 0 && n > math.MaxInt/d) {
			return nil, fmt.Errorf("impossible dimensions %v", dims)
		}
		t.dims[i], n = int64(d), n*d
	}
	if n != len(data) {
		return nil, fmt.Errorf("a tensor of dimensions %v has %d elements, not %d", dims, n, len(data))
	}
	t.wrap = func(pin *runtime.Pinner) (native.Value, error) { return wrap(data, t.dims, pin) }
	return t, nil
}

// wrap makes the library's view of a slice. It holds the address of the slice
// until it is destroyed, so the slice is pinned for as long.
func wrap[T Element](data []T, dims []int64, pin *runtime.Pinner) (native.Value, error) {
	if len(data) > 0 {
		pin.Pin(&data[0])
	}
	switch d := any(data).(type) {
	case []Half:
		if len(d) == 0 {
			return nil, fmt.Errorf("a half-precision tensor may not be empty")
		}
		raw := unsafe.Slice((*byte)(unsafe.Pointer(&d[0])), 2*len(d))
		return native.NewCustomDataTensor(dims, raw, native.TensorElementDataTypeFloat16)
	case []float32:
		return native.NewTensor(dims, d)
	case []float64:
		return native.NewTensor(dims, d)
	case []int64:
		return native.NewTensor(dims, d)
	case []int32:
		return native.NewTensor(dims, d)
	case []uint8:
		return native.NewTensor(dims, d)
	case []int8:
		return native.NewTensor(dims, d)
	case []bool:
		return native.NewTensor(dims, d)
	}
	return nil, fmt.Errorf("unknown element type %T", data)
}

// Dims returns the dimensions; the slice is a copy.
func (t *Tensor) Dims() []int {
	out := make([]int, len(t.dims))
	for i, d := range t.dims {
		out[i] = int(d)
	}
	return out
}

// Data returns the tensor's own slice, or nil if its elements are not of type T.
func Data[T Element](t *Tensor) []T {
	d, _ := t.data.([]T)
	return d
}

// Floats returns the tensor's own float32 slice, or nil for another type.
func (t *Tensor) Floats() []float32 { return Data[float32](t) }

// taken makes a tensor of a value that the binding allocated: its elements lie in
// a Go slice already.
func taken(v native.Value) (*Tensor, error) {
	dims := make([]int, len(v.GetShape()))
	for i, d := range v.GetShape() {
		dims[i] = int(d)
	}
	switch v := v.(type) {
	case *native.Tensor[float32]:
		return NewTensor(v.GetData(), dims...)
	case *native.Tensor[float64]:
		return NewTensor(v.GetData(), dims...)
	case *native.Tensor[int64]:
		return NewTensor(v.GetData(), dims...)
	case *native.Tensor[int32]:
		return NewTensor(v.GetData(), dims...)
	case *native.Tensor[uint8]:
		return NewTensor(v.GetData(), dims...)
	case *native.Tensor[int8]:
		return NewTensor(v.GetData(), dims...)
	case *native.Tensor[bool]:
		return NewTensor(v.GetData(), dims...)
	}
	return nil, fmt.Errorf("an output of this type needs a tensor made beforehand")
}
