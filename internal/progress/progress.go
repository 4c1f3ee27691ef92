// Package progress tells a person how far a long work is.
//
// New makes a Reporter; Start opens a Task on it, Add moves it on, Done closes
// it with a closing line. On a terminal a task is a bar with rate and time left,
// drawn in place; elsewhere it is a plain line every few seconds, so that logs
// stay short. A quiet reporter prints nothing. Everything goes to the writer
// given to New, which is standard error in every command: standard output
// belongs to results. All methods may be called from any goroutine, and on a
// nil Reporter or Task, where they do nothing.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 5 * time.Second
)

// Reporter draws the tasks of one command, one below the other in time.
type Reporter struct {
	mu    sync.Mutex
	out   io.Writer
	tty   bool
	quiet bool
	now   func() time.Time
	width func() int
	drawn *Task // whose bar stands on the terminal's last line
}

// New returns a reporter that writes to w. tty says that w is a terminal, where
// bars can be redrawn; quiet silences everything.
func New(w io.Writer, tty, quiet bool) *Reporter {
	return &Reporter{out: w, tty: tty, quiet: quiet, now: time.Now, width: terminalWidth(w)}
}

// Note prints one line above any bar. It is for notices that a person should
// see once (a fallback, a skipped folder), not for results.
func (r *Reporter) Note(format string, args ...any) {
	if r == nil || r.quiet {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.println(fmt.Sprintf(format, args...))
}

// Start opens a task of total steps of the given unit ("images", "bytes"); a
// total of 0 is unknown. The unit "bytes" is shown in MB.
func (r *Reporter) Start(label string, total int64, unit string) *Task {
	if r == nil || r.quiet {
		return nil
	}
	now := r.now()
	return &Task{r: r, label: label, total: total, unit: unit, began: now, shown: now.Add(-barEvery)}
}

// println writes a whole line, taking a standing bar away first.
func (r *Reporter) println(line string) {
	r.erase()
	fmt.Fprintln(r.out, line)
}

func (r *Reporter) erase() {
	if r.drawn != nil {
		fmt.Fprint(r.out, "\r\x1b[K")
		r.drawn = nil
	}
}
