// Package runtimelib finds the ONNX Runtime library and brings one where there
// is none.
//
// Find looks in a fixed order and says where it looked when there is nothing;
// Install brings the pinned library into curate's own folder. The package never
// loads a library: internal/ort does.
package runtimelib

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// Env is the variable that names a library, or a folder with one.
const Env = "CURATE_ONNXRUNTIME"

// Library is a runtime library on disk.
type Library struct {
	Path    string `json:"path"`    // absolute, links followed
	Version string `json:"version"` // as its file name says, "" if it says nothing
	Origin  string `json:"origin"`  // why it was taken: "$CURATE_ONNXRUNTIME", "curate's folder", ...
	CUDA    bool   `json:"cuda"`    // the CUDA provider lies beside it
}

// NotFound says where Find looked.
type NotFound struct{ Looked []string }

func (e *NotFound) Error() string {
	return "the ONNX Runtime library was not found; run `make setup` or `curate setup`, or name one with $" + Env +
		"\nlooked at:\n  " + strings.Join(e.Looked, "\n  ")
}

// Options are the places that differ between callers; the zero value leaves each out.
type Options struct {
	Explicit string // a file or folder that must hold it: nothing else is looked at
	Origin   string // what Explicit came from, for messages
	Home     string // curate's folder (internal/home)
	Exe      string // the running program, whose folder is looked at
}

// Default returns the options of a command: $CURATE_ONNXRUNTIME, the folder of
// the running program, and home.
func Default(home string) Options {
	exe, err := os.Executable()
	if err != nil {
		exe = ""
	}
	return Options{Explicit: os.Getenv(Env), Origin: "$" + Env, Home: home, Exe: exe}
}

// place is a folder (or pattern of folders) to look into.
type place struct{ folder, origin string }

// Find returns the library to use: the explicit one, else one beside the
// program, in curate's folder (a CUDA build before a plain one), or in the
// system's library folders. Without any the error is *NotFound.
func Find(o Options) (Library, error) {
	if o.Explicit != "" {
		return findExplicit(o)
	}
	var looked []string
	for _, p := range o.places() {
		path := inFolder(p.folder)
		if path == "" {
			looked = append(looked, p.folder+" ("+p.origin+")")
			continue
		}
		return describe(path, p.origin)
	}
	return Library{}, &NotFound{looked}
}

func findExplicit(o Options) (Library, error) {
	info, err := os.Stat(o.Explicit)
	switch {
	case err != nil:
		return Library{}, fmt.Errorf("%s names %s: no such file or folder", o.Origin, o.Explicit)
	case !info.IsDir():
		return describe(o.Explicit, o.Origin)
	}
	for _, folder := range []string{o.Explicit, filepath.Join(o.Explicit, "lib")} {
		if path := inFolder(folder); path != "" {
			return describe(path, o.Origin)
		}
	}
	return Library{}, fmt.Errorf("%s names %s: no %s in it", o.Origin, o.Explicit, pattern())
}

func (o Options) places() []place {
	var places []place
	if o.Exe != "" {
		if real, err := filepath.EvalSymlinks(o.Exe); err == nil {
			o.Exe = real
		}
		dir := filepath.Dir(o.Exe)
		places = append(places, place{dir, "beside the program"}, place{filepath.Join(dir, "lib"), "beside the program"})
	}
	if o.Home != "" {
		root := filepath.Join(o.Home, folderName)
		places = append(places, place{filepath.Join(root, "cuda"), "curate's folder"}, place{filepath.Join(root, "cpu"), "curate's folder"})
	}
	for _, folder := range systemFolders() {
		places = append(places, place{folder, "system"})
	}
	return places
}

func systemFolders() []string {
	if runtime.GOOS == "darwin" {
		return []string{"/opt/homebrew/lib", "/usr/local/lib"}
	}
	multi := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]
	folders := []string{"/usr/local/lib", "/opt/onnxruntime/lib", "/usr/lib64", "/usr/lib"}
	if multi != "" {
		folders = slices.Insert(folders, 2, filepath.Join("/usr/lib", multi))
	}
	return folders
}

// pattern is the file name of the library on this system.
func pattern() string {
	if runtime.GOOS == "darwin" {
		return "libonnxruntime*.dylib"
	}
	return "libonnxruntime.so*"
}

// inFolder returns the library in a folder, the newest name if there are
// several, "" if there is none. Provider libraries have other names.
func inFolder(folder string) string {
	found, err := filepath.Glob(filepath.Join(folder, pattern()))
	if err != nil {
		return ""
	}
	found = slices.DeleteFunc(found, func(path string) bool {
		return strings.Contains(filepath.Base(path), "providers")
	})
	if len(found) == 0 {
		return ""
	}
	return slices.MaxFunc(found, func(a, b string) int { return compareVersions(versionOf(a), versionOf(b)) })
}

var versionPattern = regexp.MustCompile(`\d+\.\d+\.\d+`)

// versionOf reads the version out of a file name ("libonnxruntime.so.1.32.0").
func versionOf(path string) string { return versionPattern.FindString(filepath.Base(path)) }

// describe follows links, which often carry the version in their target's name.
func describe(path, origin string) (Library, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return Library{}, fmt.Errorf("runtime library %s: %w", path, err)
	}
	if real, err = filepath.Abs(real); err != nil {
		return Library{}, fmt.Errorf("runtime library %s: %w", path, err)
	}
	_, err = os.Stat(filepath.Join(filepath.Dir(real), "libonnxruntime_providers_cuda.so"))
	return Library{Path: real, Version: versionOf(real), Origin: origin, CUDA: err == nil}, nil
}
