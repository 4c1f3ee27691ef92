package ort

import (
	"errors"
	"reflect"

	native "github.com/yalue/onnxruntime_go"

	"github.com/curate/curate/internal/ort/kernel"
)

// addKernels makes the operators of internal/ort/kernel known to a session. The
// binding does not tell the address of its options, so it is read from the field.
func addKernels(opt *native.SessionOptions, path string) error {
	field := reflect.ValueOf(opt).Elem().FieldByName("o")
	if !field.IsValid() || field.Kind() != reflect.Pointer || field.IsNil() {
		return errors.New("this version of the binding keeps its options elsewhere")
	}
	return kernel.Register(path, field.UnsafePointer())
}
