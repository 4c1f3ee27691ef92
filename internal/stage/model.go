package stage

import (
	"context"
	"slices"
	"strings"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/hub"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/ort"
	"github.com/curate/curate/internal/runtimelib"
)

// Models returns the models that this user can name: those imported, and what
// the Hub of the environment has.
func (e *Env) Models() (*modelstore.Store, error) {
	client, err := hub.FromEnv()
	if err != nil {
		return nil, err
	}
	client.Progress = e.Progress
	return &modelstore.Store{Home: e.Home, Hub: client}, nil
}

// Model finds the encoder that name means, "" for the standard one: the embedded
// one, a file of its kind, or what the model store knows.
func (e *Env) Model(ctx context.Context, name string) (modelstore.Model, error) {
	if isBuiltin(name) {
		return builtinModel(name)
	}
	store, err := e.Models()
	if err != nil {
		return modelstore.Model{}, err
	}
	return store.Resolve(ctx, name)
}

// Runtime finds and loads the runtime library.
func (e *Env) Runtime() (*ort.Runtime, error) {
	lib, err := runtimelib.Find(runtimelib.Default(e.Home))
	if err != nil {
		return nil, err
	}
	return ort.Open(lib.Path)
}

// device is where models run. One that was asked for by name must be usable, also
// where nothing turns out to be left to do: an answer from elsewhere would pass for
// its work.
func (e *Env) device() (ort.Device, error) {
	d, err := ort.ParseDevice(e.Device)
	if err != nil || d.Provider == ort.Auto || d.Provider == ort.CPU {
		return d, err
	}
	rt, err := e.Runtime()
	if err != nil {
		return d, err
	}
	return d, rt.Probe(d)
}

// ListModels returns the embedded encoders, the imported models and those that the Hub's cache holds
// ready to use, each with the name that --model takes.
func ListModels(e *Env) ([]modelstore.Model, error) {
	store, err := e.Models()
	if err != nil {
		return nil, err
	}
	var list []modelstore.Model
	for _, name := range builtin.Names() {
		m, err := builtinModel(name)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	own, err := store.List()
	list = append(list, own...)
	cached, cacheErr := store.Cached()
	if err == nil {
		err = cacheErr
	}
	slices.SortFunc(cached, func(a, b modelstore.Model) int { return strings.Compare(a.Name, b.Name) })
	return append(list, cached...), err
}
