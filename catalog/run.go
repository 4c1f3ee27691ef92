package catalog

import (
	"context"
	"encoding/json"
	"time"
)

// RunStatus is how far a run came.
type RunStatus string

// Statuses of a run. A run whose process died without a word is interrupted.
const (
	Running     RunStatus = "running"
	Done        RunStatus = "done"
	Failed      RunStatus = "failed"
	Interrupted RunStatus = "interrupted"
)

// Run is one run of a long stage with all its settings.
type Run struct {
	ID       RunID
	Name     string // unique
	Kind     string // "train", "dedup", "split", "evaluate", ...
	Settings json.RawMessage
	Metrics  json.RawMessage // null until known
	Status   RunStatus
	Started  time.Time
	Finished time.Time // zero while running
	Dir      string    // folder of its files, absolute; empty = none
	PID      int
	Error    string // why it failed
}

// StartRun records a run of this process. An empty name is made of kind and number; a name that is taken is an error.
func (c *Catalog) StartRun(ctx context.Context, kind, name, dir string, settings any) (Run, error) {
	return Run{}, errUnwritten
}

// ReportRun stores the newest metrics of a run (JSON-able) and leaves its status.
func (c *Catalog) ReportRun(ctx context.Context, id RunID, metrics any) error { return errUnwritten }

// ResumeRun makes an interrupted or failed run this process's again.
func (c *Catalog) ResumeRun(ctx context.Context, id RunID) error { return errUnwritten }

// FinishRun ends a run: done when why is nil, interrupted when it is context.Canceled, else failed with its text. It works after ctx of
// the run was cancelled: give it a fresh one.
func (c *Catalog) FinishRun(ctx context.Context, id RunID, metrics any, why error) error {
	return errUnwritten
}

// Runs lists runs, newest first; kind "" = all, limit 0 = all. Runs whose process is dead are given as interrupted.
func (c *Catalog) Runs(ctx context.Context, kind string, limit int) ([]Run, error) {
	return nil, errUnwritten
}

// RunByName returns a run by name or number, or ErrNoRun.
func (c *Catalog) RunByName(ctx context.Context, name string) (Run, error) {
	return Run{}, errUnwritten
}
