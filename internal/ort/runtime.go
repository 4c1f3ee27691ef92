// Package ort runs ONNX graphs with ONNX Runtime. It is the only package that
// knows the native library: everything else sees [Runtime], [Session] and
// [Tensor].
//
// Start with [Open], then [Runtime.NewSession] and [Session.Run]. Tensors are
// plain Go slices with dimensions: they need no closing, and on a CPU the library
// reads and writes the slices themselves, without a copy. Sessions must be
// closed; [Runtime.Live] counts those that are open, and tests assert it.
//
// The package finds no library (internal/runtimelib does), reads no model files
// and knows no model: bytes of a graph in, numbers out.
package ort

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	native "github.com/yalue/onnxruntime_go"
)

// Runtime is the loaded library. There is one a process, because the library
// itself has process-wide state; it stays loaded until the process ends.
type Runtime struct {
	path string
	live atomic.Int64 // sessions that are open

	mu   sync.Mutex
	said map[string]bool // notices given, so that each is given once
}

// opened is the one runtime of the process: the state is the library's own.
var opened struct {
	sync.Mutex
	rt *Runtime
}

// Open loads the library at path. A second call with the same path returns the
// same runtime; with another path it is an error.
func Open(path string) (*Runtime, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the ONNX Runtime library: %w", err)
	}
	opened.Lock()
	defer opened.Unlock()
	if opened.rt != nil {
		if opened.rt.path != path {
			return nil, fmt.Errorf("open %s: this process already uses %s, and can use one ONNX Runtime only", path, opened.rt.path)
		}
		return opened.rt, nil
	}
	if err := silence(); err != nil {
		return nil, err
	}
	native.SetSharedLibraryPath(path)
	// The library also logs every error that it returns; those come back as Go errors.
	if err := native.InitializeEnvironment(native.WithLogLevelFatal()); err != nil {
		return nil, fmt.Errorf("open the ONNX Runtime library %s (a 1.24 or newer build for this system is needed): %w", path, err)
	}
	opened.rt = &Runtime{path: path, said: map[string]bool{}}
	return opened.rt, nil
}

// Path returns where the library lies.
func (rt *Runtime) Path() string { return rt.path }

// Version returns the library's version, such as "1.32.0".
func (rt *Runtime) Version() string { return native.GetVersion() }

// Live returns how many sessions are open.
func (rt *Runtime) Live() int { return int(rt.live.Load()) }

// notice passes text to say the first time that it comes up.
func (rt *Runtime) notice(say func(string), text string) {
	if say == nil {
		return
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if !rt.said[text] {
		rt.said[text] = true
		say(text)
	}
}
