package runtimelib

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/pinned"
)

// folderName is the library's folder inside curate's own; below it one folder a variant.
const folderName = "onnxruntime"

// The builds that can be installed.
const (
	CPU  = "cpu"
	CUDA = "cuda"
)

// Installed returns the library of a variant in home, and whether it is there in
// a version that is pinned now.
func Installed(home, variant string) (Library, bool) {
	path := inFolder(filepath.Join(home, folderName, variant))
	if path == "" {
		return Library{}, false
	}
	lib, err := describe(path, "curate's folder")
	if err != nil {
		return Library{}, false
	}
	pins, err := pinned.For(folderName, variant, runtime.GOOS, runtime.GOARCH)
	wanted := func(p pinned.Pin) bool { return p.Version == lib.Version }
	return lib, err == nil && slices.ContainsFunc(pins, wanted)
}

// Needs says in words what the pinned library of a variant wants to find on the
// machine besides itself, "" for nothing.
func Needs(variant string) string {
	pins, err := pinned.For(folderName, variant, runtime.GOOS, runtime.GOARCH)
	if err != nil || len(pins) == 0 {
		return ""
	}
	return pins[0].Needs
}

// Install brings the pinned library of a variant for this machine into home
// and returns it. Every hash is checked before the folder gets its name, so
// there is a whole, right library or none. An older one of the variant is replaced.
func Install(ctx context.Context, home, variant string, from pinned.Source) (Library, error) {
	pins, err := pinned.For(folderName, variant, runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return Library{}, err
	}
	if len(pins) == 0 {
		return Library{}, fmt.Errorf("no package carries the %s build of ONNX Runtime for %s/%s: build or install one yourself and name it with $%s",
			variant, runtime.GOOS, runtime.GOARCH, Env)
	}
	tmp, err := atomicfile.TempFolder(home)
	if err != nil {
		return Library{}, err
	}
	defer os.RemoveAll(tmp)
	pin, archive, err := from.Get(ctx, pins, tmp)
	if err != nil {
		return Library{}, fmt.Errorf("set up ONNX Runtime: %w", err)
	}
	return unpack(archive, pin, filepath.Join(home, folderName, variant))
}

func unpack(archive string, pin pinned.Pin, target string) (Library, error) {
	folder, err := atomicfile.NewFolder(target)
	if err != nil {
		return Library{}, err
	}
	defer folder.Abort()
	if err := pinned.Extract(archive, pin, folder.Dir); err != nil {
		return Library{}, err
	}
	path := inFolder(folder.Dir)
	if path == "" {
		return Library{}, fmt.Errorf("unpack %s: no library in it", pin)
	}
	if err := folder.Commit(); err != nil {
		return Library{}, err
	}
	return describe(filepath.Join(target, filepath.Base(path)), "curate's folder")
}
