package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// content is what a page shows: which template, and what it is given.
type content struct {
	template string // file in templates/, without .html
	title    string
	section  string // of the menu
	data     any
	bare     bool // only the template, without the frame of a page
}

// frame is what every page is given.
type frame struct {
	Title, Section string
	Version        string // of the static files
	Waiting        int    // clusters of copies to be decided
	Data           any
}

// page turns a function that gathers what is to be shown into a handler.
func (s *Server) page(gather func(r *http.Request) (content, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := gather(r)
		if err != nil {
			s.fail(w, r, s.problemOf(r, err))
			return
		}
		s.show(w, r, http.StatusOK, c)
	}
}

// show sends a page, whole or not at all.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, c content) {
	f := frame{Title: c.title, Section: c.section, Version: s.pages.version, Data: c.data}
	if !c.bare {
		if q, err := s.queue(r.Context(), catalog.CopyPair); err == nil {
			f.Waiting = q.waiting
		}
	}
	var b bytes.Buffer
	name := "layout.html"
	if c.bare {
		name = c.template + ".html"
	}
	if err := s.pages.templates[c.template].ExecuteTemplate(&b, name, f); err != nil {
		s.log.Error("make a page", "page", c.template, "error", err)
		http.Error(w, "This page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// problem is what went wrong, in words for the person at the page.
type problem struct {
	Status int    `json:"-"`
	What   string `json:"error"`
	Do     string `json:"do"`
}

func (p problem) Error() string { return p.What }

// fail answers with a problem: JSON to a script, a page to a person.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, p problem) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		answer(w, p.Status, p)
		return
	}
	s.show(w, r, p.Status, content{template: "problem", title: p.What, data: p, bare: strings.HasPrefix(r.URL.Path, "/card/")})
}

// problemOf puts an error into words. What is the server's own fault is logged.
func (s *Server) problemOf(r *http.Request, err error) problem {
	var p problem
	var locked *catalog.LockedError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &locked):
		return busyProblem(locked)
	case errors.Is(err, catalog.ErrNoImage):
		return problem{http.StatusNotFound, "There is no such image in the catalogue", "Browse shows all there are."}
	case errors.Is(err, catalog.ErrNothing):
		return problem{http.StatusConflict, "There is nothing to take back", "The journal shows what was done."}
	case errors.Is(err, context.Canceled):
		return problem{499, "The browser has gone", ""}
	}
	var files *stage.FilesError
	if errors.As(err, &files) {
		return filesProblem(files)
	}
	var overlap *catalog.OverlapError
	if errors.As(err, &overlap) {
		return problem{http.StatusConflict, overlap.Error(), "The journal shows the later step."}
	}
	s.log.Error("answer a request", "path", r.URL.Path, "error", err)
	return problem{http.StatusInternalServerError, err.Error(), "The journal shows what is in force now. `curate doctor` may know more."}
}

// busyProblem names who is waited for.
func busyProblem(e *catalog.LockedError) problem {
	who, does := "Another process or tab", "working on"
	switch {
	case e.Command != "":
		who = fmt.Sprintf("`%s` (process %d)", e.Command, e.PID)
	case e.PID != 0:
		who = fmt.Sprintf("Process %d", e.PID)
	}
	if e.Brief {
		does = "writing to"
	}
	return problem{http.StatusServiceUnavailable, who + " is " + does + " the catalogue", "Nothing was recorded and nothing is lost: try again when it is done."}
}

// retrySoon tells scripts, and the page's own, that nothing was recorded and that the same request is soon welcome.
func retrySoon(w http.ResponseWriter, err error) {
	if locked := new(catalog.LockedError); errors.As(err, &locked) && locked.Brief {
		w.Header().Set("Retry-After", "1")
	}
}

// filesProblem leads to the page that shows what would be moved first.
func filesProblem(e *stage.FilesError) problem {
	verb := "bring back"
	if e.Redo {
		verb = "move again"
	}
	return problem{http.StatusConflict, fmt.Sprintf("Step %d (%s) moved files, which no key does", e.Step, e.Command),
		fmt.Sprintf("The journal shows at step %d what it would %s.", e.Step, verb)}
}

func badRequest(format string, args ...any) problem {
	return problem{http.StatusBadRequest, fmt.Sprintf(format, args...), "Go back, and use the buttons of the page."}
}

// functions are what templates may call.
func (p *pages) functions() template.FuncMap {
	return template.FuncMap{
		"bytes": byteText, "percent": percentText, "count": countText, "asset": p.asset, "plural": plural,
	}
}
