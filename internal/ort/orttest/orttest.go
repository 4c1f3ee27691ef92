// Package orttest opens the runtime library for tests, and watches for leaks.
//
// Use [Open] at the start of a test that runs graphs.
package orttest

import (
	"os"
	"testing"

	"github.com/curate/curate/internal/ort"
)

// Open returns the runtime, or skips the test, saying so, where no library is
// found. When the test ends, every session that it opened must be closed.
func Open(t testing.TB) *ort.Runtime {
	t.Helper()
	path := os.Getenv("CURATE_ONNXRUNTIME")
	if path == "" {
		t.Skip("skipped: no ONNX Runtime library (run `make setup`, or name one in CURATE_ONNXRUNTIME)")
	}
	rt, err := ort.Open(path)
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
