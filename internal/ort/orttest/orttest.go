// Package orttest opens the runtime library for tests, and watches for leaks.
//
// Use [Open] at the start of a test that runs graphs.
package orttest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/runtimelib"
)

// RequireEnv names the variable that lists, in words, what a test must not be skipped
// for: "runtime", "encoder". `make test` sets it, having set these up.
const RequireEnv = "CURATE_TEST_REQUIRE"

// Required tells whether what ("runtime" or "encoder") must be there.
func Required(what string) bool {
	return slices.Contains(strings.Fields(os.Getenv(RequireEnv)), what)
}

// Missing ends a test that needs what is not here: as skipped, saying so, or as failed
// where it is required.
func Missing(t testing.TB, what, text string) {
	t.Helper()
	if Required(what) {
		t.Fatalf("%s ($%s asks for it)", text, RequireEnv)
	}
	t.Skip("skipped: " + text)
}

// Open returns the runtime, found as the product finds it, or skips the test,
// saying so, where there is none (see RequireEnv). When the test ends, every session
// that it opened must be closed.
func Open(t testing.TB) *ort.Runtime {
	t.Helper()
	dir, err := home.Dir()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := runtimelib.Find(runtimelib.Default(dir))
	if err != nil {
		Missing(t, "runtime", "no ONNX Runtime library (run `make setup`, or name one in CURATE_ONNXRUNTIME)")
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
