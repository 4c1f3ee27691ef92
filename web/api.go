package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// command is the name under which the journal has what is decided on the page.
const command = "page"

// api adds what scripts and the pages' own JavaScript use.
func (s *Server) api(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/alive", s.json(func(*http.Request) (any, error) {
		return struct {
			PID int `json:"pid"`
		}{os.Getpid()}, nil
	}))
	mux.HandleFunc("GET /api/status", s.json(func(r *http.Request) (any, error) { return stage.Status(r.Context(), s.env) }))
	mux.HandleFunc("GET /api/log", s.json(func(r *http.Request) (any, error) {
		limit, err := number(r, "limit", 100)
		if err != nil {
			return nil, err
		}
		return stage.Log(r.Context(), s.env, int(limit))
	}))
	mux.HandleFunc("GET /api/images", s.json(s.apiImages))
	mux.HandleFunc("GET /api/clusters", s.json(s.apiClusters))
	mux.HandleFunc("GET /api/recording", s.json(s.apiRecording))
	mux.HandleFunc("GET /api/queue", s.json(s.apiQueue))
	mux.HandleFunc("POST /api/cluster/{id}", s.json(s.decideCluster))
	mux.HandleFunc("POST /api/accept", s.json(s.acceptAll))
	mux.HandleFunc("POST /api/images", s.json(s.decideImages))
	mux.HandleFunc("POST /api/undo", s.json(s.undo))
	mux.HandleFunc("POST /api/redo", s.json(s.redo))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, problem{http.StatusNotFound, "there is no " + r.Method + " " + r.URL.Path, "docs/page.md lists what there is"})
	})
}

// json turns a function into a handler that answers in JSON.
func (s *Server) json(do func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 8<<20)
		s.answering(do)(w, r)
	}
}

// answering is json for handlers that limit the request themselves.
func (s *Server) answering(do func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := do(r)
		if err != nil {
			retrySoon(w, err)
			s.fail(w, r, s.problemOf(r, err))
			return
		}
		answer(w, http.StatusOK, v)
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, `{"error": "the answer could not be written"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(append(data, '\n'))
}

// read reads what a request says. Browsers let other sites send forms, but not JSON.
func read(r *http.Request, into any) error {
	if r.Header.Get("Content-Type") != "application/json" {
		return problem{http.StatusUnsupportedMediaType, "the request has to be application/json", "Set its Content-Type."}
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return problem{http.StatusBadRequest, "the request cannot be read: " + err.Error(), "docs/page.md shows what it has to hold."}
	}
	return nil
}

// number reads a number from the address.
func number(r *http.Request, name string, def int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return def, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, badRequest("%s %q is no number", name, text)
	}
	return n, nil
}

func (s *Server) apiImages(r *http.Request) (any, error) {
	f, err := s.filter(r)
	if err != nil {
		return nil, err
	}
	rows := []stage.ImageRow{}
	err = stage.Images(r.Context(), s.env, f.Filter, s.view, func(row stage.ImageRow) error {
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

func (s *Server) apiClusters(r *http.Request) (any, error) {
	after, err := number(r, "after", 0)
	if err != nil {
		return nil, err
	}
	limit, err := number(r, "limit", 100)
	if err != nil {
		return nil, err
	}
	kind, err := kindOf(r)
	if err != nil {
		return nil, err
	}
	out := [][]stage.ClusterMember{}
	f := catalog.ClusterFilter{Kind: kind, After: after, Limit: int(min(max(limit, 1), 1000))}
	err = stage.Clusters(r.Context(), s.env, f, s.view, func(c []stage.ClusterMember) error {
		out = append(out, c)
		return nil
	})
	return out, err
}

// decided is what a decision came to, and how much is left.
type decided struct {
	stage.VerdictResult
	left
	Said string `json:"said"` // in words
}

// left is how many clusters of either kind wait for a decision.
type left struct {
	Waiting        int `json:"waiting"`
	WaitingSimilar int `json:"waiting_similar"`
	Order          int `json:"order"` // of review; when it changes, /api/queue has another one
}

func (s *Server) left(ctx context.Context) (left, error) {
	copies, err := s.queue(ctx, catalog.CopyPair)
	if err != nil {
		return left{}, err
	}
	similar, err := s.queue(ctx, catalog.SimilarPair)
	return left{copies.waiting, similar.waiting, copies.order}, err
}

// decision looks at the catalogue and says what is to be recorded of it, and that in words ("" = the number of verdicts taken back).
type decision func(ctx context.Context) (catalog.Said, string, error)

// record writes down what choose says. Nobody else decides between its look at the catalogue and what is written: of two tabs, or a tab
// and a command, one is first.
func (s *Server) record(r *http.Request, choose decision) (any, error) {
	var words string
	mine := false // a request that did not get so far leaves the progress of another alone
	step, changed, err := s.env.Catalog.DecideSeen(r.Context(), command, patience, func(ctx context.Context) (said catalog.Said, err error) {
		said, words, err = choose(ctx)
		mine = true
		s.recording.begin(len(said.Decide) + len(said.Clear))
		said.Told = s.recording.tell
		return said, err
	})
	if mine {
		s.recording.begin(0)
	}
	if err != nil {
		return nil, err
	}
	counts, err := s.env.Catalog.StatusCounts(r.Context())
	if err != nil {
		return nil, err
	}
	v := stage.VerdictResult{Changed: changed, Images: []string{}, Kept: counts[catalog.Kept], Removed: counts[catalog.Removed], Review: counts[catalog.Review]}
	if step != 0 {
		v.Step = &step
	}
	if words == "" {
		words = plural(changed, "verdict", "verdicts") + " taken back"
	}
	n, err := s.left(r.Context())
	return decided{v, n, words}, err
}

// recording is how far the decision is that is being written down.
type recording struct {
	mu          sync.Mutex
	done, total int
}

func (p *recording) begin(total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = 0, total
}

func (p *recording) tell(done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = done
}

// apiRecording says how far it is: a total of 0 is nothing.
func (s *Server) apiRecording(*http.Request) (any, error) {
	s.recording.mu.Lock()
	defer s.recording.mu.Unlock()
	return struct {
		Done  int `json:"done"`
		Total int `json:"total"`
	}{s.recording.done, s.recording.total}, nil
}

// patience is how long the page waits for a command that is working.
const patience = time.Second / 2

func (s *Server) undo(r *http.Request) (any, error) { return s.backAndForth(r, stage.UndoDecision) }
func (s *Server) redo(r *http.Request) (any, error) { return s.backAndForth(r, stage.RedoDecision) }

// backAndForth takes a step back or does it again: {"step": N}, 0 for the last.
func (s *Server) backAndForth(r *http.Request, do stepFunc) (any, error) {
	var ask struct {
		Step catalog.StepID `json:"step"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	// Not while a command is at work, which may be an apply that is not finished. Steps of apply are refused: they have a page of their own.
	unlock, err := s.env.Catalog.LockForWriting(r.Context(), "page", patience)
	if err != nil {
		return nil, err
	}
	defer unlock()
	row, err := do(r.Context(), s.env, ask.Step)
	if err != nil {
		return nil, err
	}
	n, err := s.left(r.Context())
	return struct {
		stage.StepRow
		left
		Said string `json:"said"`
	}{row, n, fmt.Sprintf("%s (step %d)", row.Summary, row.ID)}, err
}
