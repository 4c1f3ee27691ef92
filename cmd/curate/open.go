package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/home"
	"github.com/curate/curate/internal/stage"
)

// access says what a command is about to do to the catalogue.
type access int

const (
	reads    access = iota // reads only: never waits
	records                // reads, and writes down what came of it: short transactions that need no lock
	decides                // one short transaction: waits a while for a long command to end
	works                  // a stage that works for long: holds the lock
	collects               // the same, and makes the catalogue where there is none
)

// patience is how long a short command waits for a long one.
const patience = 5 * time.Second

// withCatalog opens the catalogue, takes the lock that the access asks for, runs
// do and closes again. name is how the lock tells others who holds it.
func (a *app) withCatalog(ctx context.Context, name string, how access, do func(env *stage.Env) error) (err error) {
	c, err := a.open(ctx, how)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if how != reads && how != records {
		wait := patience
		if how != decides {
			wait = 0
		}
		unlock, err := c.LockForWriting(ctx, "curate "+name, wait)
		if err != nil {
			return err
		}
		defer unlock()
	}
	env, err := a.env(c)
	if err != nil {
		return err
	}
	return do(env)
}

func (a *app) open(ctx context.Context, how access) (*catalog.Catalog, error) {
	switch how {
	case collects:
		return catalog.Create(ctx, a.catalog)
	case reads:
		return explain(catalog.Open(ctx, a.catalog, catalog.ReadOnly))
	}
	return explain(catalog.Open(ctx, a.catalog, catalog.ReadWrite))
}

// explain tells which command makes the catalogue that is not there.
func explain(c *catalog.Catalog, err error) (*catalog.Catalog, error) {
	if errors.Is(err, catalog.ErrNoCatalog) {
		return nil, fmt.Errorf("%w: make one with `curate ingest FOLDER`, or name yours with --catalog", err)
	}
	return c, err
}

// env gathers what every stage works with. c may be nil for commands that need
// no catalogue.
func (a *app) env(c *catalog.Catalog) (*stage.Env, error) {
	dir, err := home.Dir()
	if err != nil {
		return nil, err
	}
	e := &stage.Env{
		Catalog: c, Home: dir, Progress: a.progress(), Notice: a.notice,
		Device: a.device, Threads: a.threads, Resolution: a.resolution,
	}
	if c != nil {
		e.Cache = c.CacheDir()
	}
	return e, nil
}
