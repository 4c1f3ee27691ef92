package progress

import (
	"fmt"
	"time"
)

// Task is one counted piece of work.
type Task struct {
	r     *Reporter
	label string
	unit  string
	note  string
	total int64
	n     int64
	given int64 // of n, done before this task was begun
	began time.Time
	shown time.Time
	done  bool
}

// Add counts n more steps as finished and redraws when it is time to.
func (t *Task) Add(n int64) {
	if t == nil {
		return
	}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	t.n += n
	t.draw()
}

// SetTotal corrects the number of steps, for works that learn it on the way.
func (t *Task) SetTotal(total int64) {
	if t == nil {
		return
	}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	t.total = total
}

// Note sets the few words shown behind the figures (a file name, a loss).
func (t *Task) Note(format string, args ...any) {
	if t == nil {
		return
	}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	t.note = fmt.Sprintf(format, args...)
	t.draw()
}

// Resume says that n steps were done by an earlier run: the bar begins there, and
// rate and time left are those of the steps from now on.
func (t *Task) Resume(n int64) {
	if t == nil {
		return
	}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	t.n, t.given, t.began = n, n, t.r.now()
}

// Done closes the task with one line that says how much was done and how fast.
// Further calls do nothing, so it can be deferred.
func (t *Task) Done() {
	if t == nil {
		return
	}
	t.r.mu.Lock()
	defer t.r.mu.Unlock()
	if t.done {
		return
	}
	t.done = true
	t.r.println(t.closing())
}

func (t *Task) draw() {
	if t.done {
		return
	}
	now := t.r.now()
	every := lineEvery
	if t.r.tty {
		every = barEvery
	}
	if now.Sub(t.shown) < every {
		return
	}
	t.shown = now
	if !t.r.tty {
		fmt.Fprintln(t.r.out, t.line(now))
		return
	}
	t.r.erase()
	fmt.Fprint(t.r.out, clip(t.bar(now), t.r.width()-1))
	t.r.drawn = t
}
