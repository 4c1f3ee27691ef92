// Package orttest opens the runtime library for tests, and watches for leaks.
//
// Use [Open] at the start of a test that runs graphs.
package orttest

import (
	"testing"

	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/runtimelib"
)

// Open returns the runtime, found as the product finds it, or skips the test,
// saying so, where there is none. When the test ends, every session that it opened
// must be closed.
func Open(t testing.TB) *ort.Runtime {
	t.Helper()
	dir, err := home.Dir()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := runtimelib.Find(runtimelib.Default(dir))
	if err != nil {
		t.Skip("skipped: no ONNX Runtime library (run `make setup`, or name one in CURATE_ONNXRUNTIME)")
	}
	rt, err := ort.Open(lib.Path)
	if err != nil {
		t.Fatal(err)
	}
	before := rt.Live()
	t.Cleanup(func() {
		if n := rt.Live() - before; n != 0 {
			t.Errorf("%d sessions were not closed", n)
		}
	})
	return rt
}
