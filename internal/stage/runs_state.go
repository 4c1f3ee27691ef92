package stage

import (
	"fmt"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train/checkpoint"
)

// State is how far a run came, in a word for people: running, finished, stopped or
// failed.
func (r RunInfo) State() string {
	switch r.Status {
	case catalog.Done:
		return "finished"
	case catalog.Interrupted:
		return "stopped"
	}
	return string(r.Status)
}

// Advice is what can be done now about a run that is not finished.
type Advice struct {
	Text    string
	Command string // to be given, "" if it is not known
}

// quietFor is how long a run may write nothing before it is said.
const quietFor = 10 * time.Minute

// Advise says how to go on with a run, nil where there is nothing to be said. A run
// whose process was killed is stopped; but the number of its process may be that of
// another one by now, and then only its silence tells.
func (v *Runs) Advise(r RunInfo, c *Curve, now time.Time) *Advice {
	if r.Status == catalog.Done {
		return nil
	}
	a := &Advice{Command: r.Said("command")}
	if r.Status == catalog.Running {
		quiet := now.Sub(laterOf(c.Updated, r.Started)).Round(time.Minute)
		if quiet < quietFor || r.Kind == kindDedup {
			return nil
		}
		a.Text = fmt.Sprintf("Nothing was written for %s. If its process is gone, the same command goes on with it.", quiet)
		return a
	}
	if r.Kind == kindDedup {
		a.Text = "Nothing of it was marked: `curate dedup` begins anew, and takes over what was computed."
		return a
	}
	a.Text = "It left no checkpoint: the same command begins anew."
	if r.Dir == nil {
		return a
	}
	if step, ok, err := checkpoint.Newest(*r.Dir); err == nil && ok {
		a.Text = fmt.Sprintf("Its last checkpoint is that of step %d: the same command goes on from there.", step)
	}
	return a
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
