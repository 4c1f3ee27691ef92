package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/curate/curate/train/track"
)

// double is a server in memory.
type double struct {
	mu     sync.Mutex
	err    error // of everything, while it is set
	stuck  bool  // requests wait until they are given up
	steps  []int
	opens  []string
	files  []string
	status Status
	beats  int
}

func (d *double) set(err error, stuck bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err, d.stuck = err, stuck
}

func (d *double) do(ctx context.Context, f func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stuck {
		d.mu.Unlock()
		<-ctx.Done()
		d.mu.Lock()
		return ctx.Err()
	}
	if d.err == nil {
		f()
	}
	return d.err
}

func (d *double) open(ctx context.Context, _ Run, n *note) error {
	return d.do(ctx, func() {
		d.opens = append(d.opens, n.Run)
		n.Run = "r1"
	})
}

func (d *double) send(ctx context.Context, from int, points []track.Point, _ map[string]float64) error {
	return d.do(ctx, func() {
		d.steps = d.steps[:min(from, len(d.steps))]
		for _, p := range points {
			d.steps = append(d.steps, p.Step)
		}
	})
}

func (d *double) beat(ctx context.Context) error { return d.do(ctx, func() { d.beats++ }) }

func (d *double) upload(ctx context.Context, path string) error {
	return d.do(ctx, func() { d.files = append(d.files, filepath.Base(path)) })
}

func (d *double) end(ctx context.Context, s Status) error {
	return d.do(ctx, func() { d.status = s })
}

// quick is a tempo for tests.
func quick() tempo {
	return tempo{gather: time.Millisecond, retry: time.Millisecond, longest: 5 * time.Millisecond, beat: 5 * time.Millisecond, patience: 20 * time.Second}
}

type notices struct {
	mu   sync.Mutex
	said []string
}

func (n *notices) add(text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, text)
}

func (n *notices) all() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.said, "\n")
}

func begin(t *testing.T, dir string, d *double, say *notices) *Remote {
	t.Helper()
	return beginAt(t, quick(), dir, d, say)
}

func beginAt(t *testing.T, at tempo, dir string, d *double, say *notices) *Remote {
	t.Helper()
	r, err := start("double", "http://there", d, Run{Name: "full-1", Dir: dir}, at, say.add)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func logSteps(t *testing.T, r *Remote, from, to int) {
	t.Helper()
	for s := from; s <= to; s++ {
		if err := r.Log(track.Point{Step: s, Values: map[string]float64{"loss": 1 / float64(s)}}); err != nil {
			t.Fatal(err)
		}
	}
}

// until waits for what another goroutine does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func steps(n int) []int {
	var out []int
	for i := range n {
		out = append(out, i+1)
	}
	return out
}

func TestARunArrivesWhole(t *testing.T) {
	d, say, dir := &double{}, &notices{}, t.TempDir()
	r := begin(t, dir, d, say)
	logSteps(t, r, 1, 500)
	if err := r.End(t.Context(), Finished, "README.md", "loss.png"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.steps, steps(500)) || !slices.Equal(d.files, []string{"README.md", "loss.png"}) || d.status != Finished {
		t.Errorf("%d steps, files %v, %s", len(d.steps), d.files, d.status)
	}
	n, err := readNote(dir, "double", "http://there")
	if err != nil || n.Sent != 500 || n.Run != "r1" || n.Ended != Finished {
		t.Errorf("%+v, %v", n, err)
	}
}

// A server that is down is said once, and gets everything when it is back.
func TestADownServerIsTriedAgain(t *testing.T) {
	d, say := &double{err: errors.New("nobody there")}, &notices{}
	r := begin(t, t.TempDir(), d, say)
	logSteps(t, r, 1, 10)
	until(t, "a notice", func() bool { return say.all() != "" })
	logSteps(t, r, 11, 300)
	d.set(nil, false)
	until(t, "all points", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return slices.Equal(d.steps, steps(300))
	})
	if err := r.End(t.Context(), Finished); err != nil {
		t.Fatal(err)
	}
	if got := say.all(); strings.Count(got, "nobody there") != 1 || !strings.Contains(got, "tried again") {
		t.Errorf("said %q", got)
	}
}

// A server that never answers holds nothing up, and the next part of the run sends
// what it did not get.
func TestTheNextPartSendsWhatIsLeft(t *testing.T) {
	d, say, dir, impatient := &double{}, &notices{}, t.TempDir(), quick()
	impatient.patience = 50 * time.Millisecond
	r := beginAt(t, impatient, dir, d, say)
	logSteps(t, r, 1, 5)
	until(t, "the first points", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.steps) == 5
	})
	d.set(nil, true)
	logSteps(t, r, 6, 20)
	err := r.End(t.Context(), Killed, "README.md")
	var u *Unsent
	if !errors.As(err, &u) || u.Points != 15 || len(u.Files) != 1 || !strings.Contains(err.Error(), "http://there did not take it") {
		t.Fatalf("error %v", err)
	}
	d.set(nil, false)
	next := begin(t, dir, d, say)
	logSteps(t, next, 1, 30) // a run that goes on says again what it has measured
	if err := next.End(t.Context(), Finished, "README.md"); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.steps, steps(30)) || !slices.Equal(d.opens, []string{"", "r1"}) || !slices.Equal(d.files, []string{"README.md"}) {
		t.Errorf("steps %v, opened %q, files %v", d.steps, d.opens, d.files)
	}
}

func TestARefusalIsNotTriedAgain(t *testing.T) {
	d, say := &double{err: &statusError{401, "401: who are you?"}}, &notices{}
	r := begin(t, t.TempDir(), d, say)
	logSteps(t, r, 1, 1)
	until(t, "the goroutine to give up", func() bool {
		select {
		case <-r.gone:
			return true
		default:
			return false
		}
	})
	if got := say.all(); !strings.Contains(got, "who are you?") || !strings.Contains(got, "not tried again") {
		t.Errorf("said %q", got)
	}
	if err := r.End(t.Context(), Failed); err == nil || !strings.Contains(err.Error(), "who are you?") {
		t.Errorf("error %v", err)
	}
}

func TestAQuietRunIsAlive(t *testing.T) {
	d := &double{}
	r := begin(t, t.TempDir(), d, &notices{})
	until(t, "signs of life", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.beats > 2
	})
	if err := r.End(t.Context(), Finished); err != nil {
		t.Fatal(err)
	}
}

func TestTheNoteIsOfOneServer(t *testing.T) {
	dir := t.TempDir()
	if err := (note{Tracker: "double", Server: "http://other", Run: "x", Sent: 9}).write(dir); err != nil {
		t.Fatal(err)
	}
	n, err := readNote(dir, "double", "http://there")
	if err != nil || n.Run != "" || n.Sent != 0 {
		t.Errorf("%+v, %v", n, err)
	}
	if err := os.WriteFile(filepath.Join(dir, NoteFile("double")), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readNote(dir, "double", "http://there"); err == nil || !strings.Contains(err.Error(), "remove the file") {
		t.Errorf("error %v", err)
	}
}

func TestWhatIsFinal(t *testing.T) {
	for err, want := range map[error]bool{
		errors.New("no route"):                           false,
		&statusError{503, ""}:                            false,
		&statusError{429, ""}:                            false,
		&statusError{408, ""}:                            false,
		&statusError{404, ""}:                            true,
		fmt.Errorf("x: %w", &statusError{403, ""}):       true,
		fmt.Errorf("x: %w", finalError{errors.New("y")}): true,
	} {
		if got := isFinal(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
	if isFinal(nil) {
		t.Error("no error is final")
	}
}
