package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/curate/curate/internal/stage"
)

// look is a comparison of all images with each other, as pages show it.
type look struct {
	Name    string // of its job
	Done    bool   // for the images as they are now
	Known   bool   // there are scores, perhaps of images as they were
	Running bool
	Line    string // how far it is
	Error   string
	Command string // what the error asks for; "" = it was said already
	Notices []string
	Result  any
}

// Names of the comparisons.
const (
	outlierLook  = "outliers"
	mislabelLook = "mislabels-" // and the field
)

// looks says how each is made: what is returned is kept until the catalogue holds other images.
func (s *Server) looks(name string) func(ctx context.Context, env *stage.Env) (any, error) {
	run := map[string]func(ctx context.Context, env *stage.Env) (any, error){
		outlierLook: func(ctx context.Context, env *stage.Env) (any, error) {
			_, r, err := stage.Outliers(ctx, env, stage.OutlierOptions{MinScore: stage.OutlierFrom, Limit: 1}, s.view)
			return r, err
		},
		mislabelLook + "subject": s.mislabelsOf("subject"),
		mislabelLook + "label":   s.mislabelsOf("label"),
	}[name]
	if run == nil {
		return nil
	}
	return func(ctx context.Context, env *stage.Env) (any, error) {
		if err := stage.LookReady(ctx, env); err != nil {
			return nil, err
		}
		return run(ctx, env)
	}
}

// lookAtAll tells how far a comparison is for the images of now.
func (s *Server) lookAtAll(ctx context.Context, name string) (l look, err error) {
	l.Name = name
	key, err := s.env.Catalog.LookState(ctx)
	if err != nil {
		return l, err
	}
	state := s.jobs.state(name)
	l.Running, l.Line = state.Running, state.Line
	var failed error
	l.Result, l.Notices, l.Done, failed = s.jobs.finished(name, key)
	if failed != nil {
		var missing *stage.UnembeddedError
		if l.Error = failed.Error(); errors.As(failed, &missing) {
			l.Error, l.Command = plural(missing.Images, "image has", "images have")+" no embedding yet, by which pictures are compared.", "curate embed"
		}
	}
	return l, nil
}

// startLook starts a comparison: {"again": true} also if it was made.
func (s *Server) startLook(r *http.Request) (any, error) {
	name := r.PathValue("name")
	do := s.looks(name)
	if do == nil {
		return nil, problem{http.StatusNotFound, "There is nothing of that name to look for", "Use outliers, mislabels-subject or mislabels-label."}
	}
	var ask struct {
		Again bool `json:"again"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	key, err := s.env.Catalog.LookState(r.Context())
	if err != nil {
		return nil, err
	}
	if _, _, done, failed := s.jobs.finished(name, key); !done || ask.Again || failed != nil {
		s.jobs.start(name, key, s.env, do)
	}
	return s.jobs.state(name), nil
}
