// Package remote sends the curve of a training run to servers where teams look at
// it: MLflow and Weights & Biases.
//
// [NewMLflow] and [NewWandB] make a [Remote] for a run; it is a [track.Tracker].
// [Remote.End] ends it, with the files that the run has left. Nothing that a server
// does can stop or slow a training: points are taken at once and sent by a goroutine,
// which tries again when a server does not answer. What was sent is noted in the
// run's folder, and the points themselves are in its metrics.jsonl, so that a run that
// goes on, or a later process, sends the rest to the same remote run.
//
// Secrets are sent to their server only; they are in no file and no message.
package remote

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/curate/curate/train/track"
)

// Run is what a server is told of a run besides its points.
type Run struct {
	Name    string         // as people call it
	Dir     string         // where it notes what was sent
	Params  map[string]any // settings: numbers, texts and truth values
	Tags    map[string]string
	Program string // what made it, "curate 1.2"
}

// Status is how a run ended.
type Status string

// The ways in which a run ends.
const (
	Finished Status = "finished"
	Failed   Status = "failed"
	Killed   Status = "killed" // by a person, who may go on with it
)

// backend speaks to one kind of server. Its methods are called by one goroutine at a
// time, open first.
type backend interface {
	// open makes the remote run, or where n names one goes on with that. It fills in
	// the note.
	open(ctx context.Context, r Run, n *note) error
	// send adds points, of which the first is number from of the run. last has the
	// newest value of everything.
	send(ctx context.Context, from int, points []track.Point, last map[string]float64) error
	// beat says that the run is alive.
	beat(ctx context.Context) error
	upload(ctx context.Context, path string) error
	end(ctx context.Context, s Status) error
}

// tempo is how often a Remote does what.
type tempo struct {
	gather   time.Duration // points are sent together that come within this time
	retry    time.Duration // after the first failure; twice as long after each more
	longest  time.Duration // pause between tries
	beat     time.Duration
	patience time.Duration // of End
}

func usual() tempo {
	return tempo{gather: 2 * time.Second, retry: time.Second, longest: time.Minute, beat: 30 * time.Second, patience: 15 * time.Second}
}

// atOnce is the most points of one request.
const atOnce = 200

// Remote is a run on a server. Log never waits and never fails.
type Remote struct {
	name    string // of the kind of server
	server  string // its address, without secrets
	backend backend
	run     Run
	note    note
	tempo   tempo
	notice  func(string)

	mu      sync.Mutex
	logged  int           // points that were given
	pending []track.Point // those that the server does not have
	last    map[string]float64

	wake, quit, gone chan struct{}
	opened, told     bool // the goroutine's own
}

// start reads the note of the run's folder and begins to work.
func start(name, server string, b backend, run Run, t tempo, notice func(string)) (*Remote, error) {
	r := &Remote{
		name: name, server: server, backend: b, run: run, tempo: t, notice: notice, last: map[string]float64{},
		wake: make(chan struct{}, 1), quit: make(chan struct{}), gone: make(chan struct{}),
	}
	var err error
	if r.note, err = readNote(run.Dir, name, server); err != nil {
		return nil, err
	}
	go r.work()
	return r, nil
}

// Log takes a point. A run that goes on logs its earlier points again; those that
// the server has are passed over.
func (r *Remote) Log(p track.Point) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.Copy(r.last, p.Values)
	if r.logged++; r.logged > r.note.Sent+len(r.pending) {
		r.pending = append(r.pending, p)
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return nil
}

// Close does nothing: End ends a run.
func (r *Remote) Close() error { return nil }

// batch returns the points to be sent next.
func (r *Remote) batch() (from int, points []track.Point, last map[string]float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.note.Sent, r.pending[:min(atOnce, len(r.pending))], maps.Clone(r.last)
}

// sent takes points that the server has off the list.
func (r *Remote) sent(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = r.pending[n:]
	r.note.Sent += n
}

// Sent returns how many points the server has, and where a person sees the run. It
// is for after [Remote.End].
func (r *Remote) Sent() (points int, url string) { return r.note.Sent, r.note.URL }
