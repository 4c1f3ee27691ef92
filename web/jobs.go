package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/curate/curate/internal/progress"
	"github.com/curate/curate/internal/stage"
)

// jobs are works that take longer than a person waits for a page: each runs by itself, at most one of
// a name at a time, and what it came to is kept until it is asked again. They end with the server.
type jobs struct {
	mu   sync.Mutex
	all  map[string]*job
	ctx  context.Context
	stop context.CancelFunc
	done sync.WaitGroup
}

// job is one of them.
type job struct {
	key     string // what it was asked, and of which state of the catalogue
	running bool
	began   time.Time
	line    lastLine
	notices []string
	result  any
	err     error
}

func newJobs() *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{all: map[string]*job{}, ctx: ctx, stop: stop}
}

// close ends all of them and waits until they have.
func (j *jobs) close() {
	j.stop()
	j.done.Wait()
}

// start runs do under a name, and tells whether it does: not while something of that name runs.
// do is given an Env whose progress and notices the page can ask for.
func (j *jobs) start(name, key string, env *stage.Env, do func(ctx context.Context, env *stage.Env) (any, error)) (began bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if old := j.all[name]; old != nil && old.running || j.ctx.Err() != nil {
		return false
	}
	now := &job{key: key, running: true, began: time.Now()}
	j.all[name] = now
	own := *env
	own.Progress = progress.New(&now.line, false, false)
	own.Notice = func(format string, args ...any) { j.notice(now, format, args...) }
	j.done.Go(func() {
		result, err := do(j.ctx, &own)
		j.mu.Lock()
		defer j.mu.Unlock()
		now.running, now.result, now.err = false, result, err
	})
	return true
}

func (j *jobs) notice(of *job, format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	const most = 50
	if len(of.notices) < most {
		of.notices = append(of.notices, fmt.Sprintf(format, args...))
	}
}

// finished returns what a job came to when it was asked key; ok is false if nobody has asked it that.
func (j *jobs) finished(name, key string) (result any, notices []string, ok bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	of := j.all[name]
	if of == nil || of.running || of.key != key {
		return nil, nil, false, nil
	}
	return of.result, of.notices, true, of.err
}

// forget drops what a job came to.
func (j *jobs) forget(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if of := j.all[name]; of != nil && !of.running {
		delete(j.all, name)
	}
}

// jobState is how far a job is, for the page's script.
type jobState struct {
	Running bool   `json:"running"`
	Seconds int    `json:"seconds"` // since it began, while it runs
	Line    string `json:"line"`    // its progress, in words
	Error   string `json:"error,omitempty"`
}

func (j *jobs) state(name string) jobState {
	j.mu.Lock()
	defer j.mu.Unlock()
	of := j.all[name]
	if of == nil {
		return jobState{}
	}
	s := jobState{Running: of.running, Line: of.line.String()}
	if of.running {
		s.Seconds = int(time.Since(of.began).Seconds())
	}
	if of.err != nil {
		s.Error = of.err.Error()
	}
	return s
}

// apiJob answers how far a job is.
func (s *Server) apiJob(r *http.Request) (any, error) { return s.jobs.state(r.PathValue("name")), nil }

// lastLine keeps the last line that is written to it.
type lastLine struct {
	mu   sync.Mutex
	line string
}

func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if lines := strings.Split(string(bytes.TrimRight(p, "\r\n")), "\n"); lines[len(lines)-1] != "" {
		l.line = lines[len(lines)-1]
	}
	return len(p), nil
}

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line
}
