package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/curate/curate/internal/stage"
)

// runsAPI adds what scripts ask about runs.
func (s *Server) runsAPI(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/runs", s.json(s.apiRuns))
	mux.HandleFunc("GET /api/runs/{id}", s.json(func(r *http.Request) (any, error) { return s.anyRun(r) }))
	mux.HandleFunc("GET /api/runs/{id}/metrics", s.json(s.apiMetrics))
	mux.HandleFunc("GET /api/runs/{id}/predictions", s.json(s.apiAnswers))
	mux.HandleFunc("POST /api/runs/{id}/predict", uploads(s.answering(s.apiPredict)))
}

func (s *Server) apiRuns(r *http.Request) (any, error) {
	limit, err := number(r, "limit", 0)
	if err != nil {
		return nil, err
	}
	return s.runs.List(r.Context(), r.URL.Query().Get("kind"), int(limit))
}

// anyRun finds a run of any kind.
func (s *Server) anyRun(r *http.Request) (stage.RunInfo, error) {
	run, err := s.runs.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return s.askedRun(r) // its words
	}
	return run, nil
}

// apiMetrics gives the lines of a run's log from a byte on, and where to go on.
func (s *Server) apiMetrics(r *http.Request) (any, error) {
	run, err := s.anyRun(r)
	if err != nil {
		return nil, err
	}
	from, err := number(r, "from", 0)
	if err != nil {
		return nil, err
	}
	m, err := s.runs.Measured(run, from)
	return struct {
		Status string `json:"status"`
		stage.Measured
	}{string(run.Status), m}, err
}

// apiAnswers gives what the run's model said of every picture of a set.
func (s *Server) apiAnswers(r *http.Request) (any, error) {
	run, err := s.askedRun(r)
	if err != nil {
		return nil, err
	}
	sets, err := s.runs.Sets(r.Context(), run)
	if err != nil {
		return nil, err
	}
	if len(sets) == 0 {
		return nil, problem{http.StatusNotFound, "run " + run.Name + " has judged no pictures", "`curate train` and `curate evaluate` do."}
	}
	set, err := askedSet(r, run, sets)
	if err != nil {
		return nil, err
	}
	a, err := s.runs.Answers(run, set)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem{http.StatusGone, answersFault(err, s.shown(set.Dir), set, run), "The figures are in /api/runs."}
	case err != nil:
		return nil, fmt.Errorf("read the answers of %s: %w", run.Name, err)
	}
	return a.All, nil
}
