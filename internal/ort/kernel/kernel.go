// Package kernel computes the inner steps of training on a CPU, in C: products of
// matrices, attention, GELU, norms and scales with their gradients, each in one pass
// where a graph of plain operators takes many, and the step of an optimiser.
//
// [Register] makes them known to ONNX Runtime as operators of the domain "curate";
// operators.c lists them with what they read and give. [Adam] and [Squares] work on
// all weights of a model. Sums are added up in an order that depends on sizes only:
// results are the same for any number of threads, though not on every processor.
// vec.h is written once for vectors of any width and compiled for AVX-512, AVX2 and
// 128 bits; [Name] says which of them this processor runs. CURATE_VECTORS=256 or 128 in
// the environment takes narrower ones than it has, for tests.
//
// The package writes no graphs (internal/vit and train/autodiff do) and loads no
// library.
package kernel

/*
#cgo CFLAGS: -O3 -Wall
#cgo linux LDFLAGS: -ldl -lpthread -lm
#include <stdlib.h>
#include "kernel.h"
#include "operators.h"

static void move(float *w, const float *g, float *m1, float *m2, adam a, long n) {
	a.w = w, a.g = g, a.m1 = m1, a.m2 = m2;
	best_kernels()->adam(&a, n);
}

static double squares_of(const float *x, long n) { return best_kernels()->squares(x, n); }
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

// Name says for which vectors the kernels in use were compiled.
func Name() string { return C.GoString(C.best_kernels().name) }

// domain is the library's record of the operators; it lives as long as the process.
var domain struct {
	sync.Mutex
	made unsafe.Pointer
}

// Register adds the operators to session options of ONNX Runtime, an
// *OrtSessionOptions of the library at path, which must be loaded. They run on the
// CPU only.
func Register(path string, options unsafe.Pointer) error {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	base := C.library_base(name)
	if base == nil {
		return fmt.Errorf("%s is not loaded", path)
	}
	domain.Lock()
	defer domain.Unlock()
	text := make([]C.char, 512)
	if C.add_operators(base, options, &domain.made, &text[0], C.size_t(len(text))) == 0 {
		return fmt.Errorf("add curate's operators: %s", C.GoString(&text[0]))
	}
	return nil
}

// Step holds the constants of a step of Adam or AdamW: of each weight w with the
// gradient g, d = Scale g, m1 += New1 (d - m1), m2 = Keep2 m2 + New2 d^2 and
// w = Keep w - Size m1 / (sqrt(m2) Root + Eps).
type Step struct {
	Scale, Keep, New1, Keep2, New2, Size, Root, Eps float32
}

// Adam takes the step. The slices have equal length.
func Adam(w, g, m1, m2 []float32, s Step) {
	if len(w) == 0 {
		return
	}
	a := C.adam{
		scale: C.float(s.Scale), decay: C.float(s.Keep), new1: C.float(s.New1), keep2: C.float(s.Keep2), new2: C.float(s.New2),
		size: C.float(s.Size), root: C.float(s.Root), eps: C.float(s.Eps),
	}
	C.move(floats(w), floats(g), floats(m1), floats(m2), a, C.long(min(len(w), len(g), len(m1), len(m2))))
}

// Squares returns the sum of the squares of x.
func Squares(x []float32) float64 {
	if len(x) == 0 {
		return 0
	}
	return float64(C.squares_of(floats(x), C.long(len(x))))
}

func floats(x []float32) *C.float { return (*C.float)(unsafe.Pointer(&x[0])) }
