package stage

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/curate/curate/embed/builtin"
	"github.com/curate/curate/internal/modelstore"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/descriptor"
)

// startingPoint is where the training of an own encoder starts.
type startingPoint struct {
	name  string // for people
	model string // folder or name of a model whose weights are floats
}

// trainingStart finds where training starts, and fits the recipe to it. An encoder of
// package builtin holds rounded weights: as floats again they are written to dir, a
// folder that may be removed afterwards. One that was never trained for copies gives
// way to the standard encoder, of which it was cut, where that is there.
func trainingStart(ctx context.Context, e *Env, o TrainOwnOptions, inForce, dir string) (s startingPoint, r descriptor.Options, err error) {
	name := cmp.Or(o.Model, inForce)
	m, err := e.Model(ctx, name)
	if err != nil {
		return s, r, err
	}
	s = startingPoint{m.Name, name}
	folder := m.Folder
	if m.Kind == builtin.Kind {
		if s, folder, err = e.floatsOf(ctx, m, dir, o.Model == ""); err != nil {
			return s, r, err
		}
	}
	c, err := vit.ReadConfig(folder)
	if err != nil {
		return s, r, err
	}
	return s, recipeFor(c, o), nil
}

// floatsOf writes an encoder of package builtin to dir as a model folder.
func (e *Env) floatsOf(ctx context.Context, from modelstore.Model, dir string, mayReplace bool) (s startingPoint, folder string, err error) {
	b, err := openBuiltin(from)
	if err != nil {
		return s, "", err
	}
	defer b.Close()
	if b.Dim == 0 && mayReplace {
		store, err := e.Models()
		if err != nil {
			return s, "", err
		}
		if store.HasDefault() {
			m, err := store.Resolve(ctx, modelstore.Default)
			return startingPoint{m.Name, modelstore.Default}, m.Folder, err
		}
	}
	weights, err := b.Load()
	if err != nil {
		return s, "", err
	}
	n := descriptor.Network{Model: trainable(weights.Float()), Preprocess: b.Preprocess}
	p, err := b.Projection()
	if err != nil {
		return s, "", err
	}
	if p != nil {
		n.Projection = descriptor.Projection{Weight: p.Weight, Bias: p.Bias}
	}
	if err := n.Write(dir); err != nil {
		return s, "", err
	}
	e.Notice("%s has rounded weights: training starts with them as floats", filepath.Base(from.Name))
	return startingPoint{from.Name, dir}, dir, nil
}

// recipeFor fits the recipe to a model, which may be smaller than the one it is for.
func recipeFor(c vit.Config, o TrainOwnOptions) descriptor.Options {
	r := descriptor.Recipe()
	if o.Recipe != nil {
		r = *o.Recipe
	}
	r.Steps = min(r.Steps, cmp.Or(o.Steps, r.Steps))
	r.Every = min(r.Every, max(1, r.Steps/4))
	r.Seed = cmp.Or(o.Seed, r.Seed)
	if r.Layers > c.Layers {
		r.Layers = c.Layers
	}
	r.Frozen = min(r.Frozen, r.Layers/2)
	r.Dim = min(r.Dim, (2*c.Hidden+2)/3)
	return r
}
