package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
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

// runColumns are the columns that scanRun reads, in its order.
const runColumns = "id, name, kind, settings, metrics, status, started, finished, dir, pid, error"

func (c *Catalog) scanRun(r *sql.Rows) (run Run, err error) {
	var settings, metrics, started, finished string
	if err := r.Scan(&run.ID, &run.Name, &run.Kind, &settings, &metrics, &run.Status, &started, &finished, &run.Dir, &run.PID, &run.Error); err != nil {
		return run, err
	}
	run.Settings, run.Metrics = json.RawMessage(settings), json.RawMessage(metrics)
	if run.Status == Running && !c.stillRuns(run) {
		run.Status = Interrupted
	}
	if run.Started, err = unstamp(started); err != nil {
		return run, err
	}
	run.Finished, err = unstamp(finished)
	return run, err
}

// stillRuns tells whether a run's process is there. Process numbers are used again: one that is our own counts only for runs that were
// started through this catalogue.
func (c *Catalog) stillRuns(r Run) bool {
	if r.PID != os.Getpid() {
		return alive(r.PID)
	}
	_, ours := c.ownRuns.Load(r.ID)
	return ours
}

// StartRun records a run of this process. An empty name is made of kind and number; a name that is taken is an error.
func (c *Catalog) StartRun(ctx context.Context, kind, name, dir string, settings any) (Run, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return Run{}, fmt.Errorf("settings of the run: %w", err)
	}
	var id RunID
	err = c.update(ctx, func(tx *sql.Tx) error {
		if name == "" {
			name, err = freeRunName(ctx, tx, kind)
		} else {
			err = runNameFree(ctx, tx, name)
		}
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, `INSERT INTO run (name, kind, settings, metrics, status, started, finished, dir, pid, error)
			VALUES (?, ?, ?, 'null', ?, ?, '', ?, ?, '')`, name, kind, string(text), Running, now(), dir, os.Getpid())
		if err != nil {
			return err
		}
		id, err = r.LastInsertId()
		return err
	})
	if err != nil {
		return Run{}, err
	}
	c.ownRuns.Store(id, true)
	return c.RunByName(ctx, strconv.FormatInt(id, 10))
}

// freeRunName is kind-N with the smallest N above every run of the catalogue.
func freeRunName(ctx context.Context, tx *sql.Tx, kind string) (name string, err error) {
	for n := 1; ; n++ {
		name = fmt.Sprintf("%s-%d", kind, n)
		var taken bool
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM run WHERE name = ?", name).Scan(&taken); err != nil || !taken {
			return name, err
		}
	}
}

func runNameFree(ctx context.Context, tx *sql.Tx, name string) error {
	var taken bool
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM run WHERE name = ?", name).Scan(&taken); err != nil || !taken {
		return err
	}
	return fmt.Errorf("there is a run called %q already: choose another name", name)
}

// ReportRun stores the newest metrics of a run (JSON-able) and leaves its status.
func (c *Catalog) ReportRun(ctx context.Context, id RunID, metrics any) error {
	text, err := json.Marshal(metrics)
	if err != nil {
		return fmt.Errorf("metrics of run %d: %w", id, err)
	}
	return c.setRun(ctx, id, "metrics = ?", string(text))
}

// ResumeRun makes an interrupted or failed run this process's again.
func (c *Catalog) ResumeRun(ctx context.Context, id RunID) error {
	c.ownRuns.Store(id, true)
	return c.setRun(ctx, id, "status = ?, pid = ?, finished = '', error = ''", Running, os.Getpid())
}

// FinishRun ends a run: done when why is nil, interrupted when it is context.Canceled, else failed with its text. It works after ctx of
// the run was cancelled. Nil metrics leave those that were reported.
func (c *Catalog) FinishRun(ctx context.Context, id RunID, metrics any, why error) error {
	ctx = context.WithoutCancel(ctx)
	if metrics != nil {
		if err := c.ReportRun(ctx, id, metrics); err != nil {
			return err
		}
	}
	status, text := Done, ""
	if why != nil {
		status, text = Failed, why.Error()
	}
	if errors.Is(why, context.Canceled) {
		status = Interrupted
	}
	return c.setRun(ctx, id, "status = ?, finished = ?, error = ?", status, now(), text)
}

func (c *Catalog) setRun(ctx context.Context, id RunID, set string, args ...any) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE run SET "+set+" WHERE id = ?", append(args, id)...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(fmt.Errorf("%w: %d", ErrNoRun, id), err)
		}
		return nil
	})
}

// Runs lists runs, newest first; kind "" = all, limit 0 = all. Runs whose process is dead are given as interrupted.
func (c *Catalog) Runs(ctx context.Context, kind string, limit int) ([]Run, error) {
	if limit == 0 {
		limit = -1
	}
	rs, err := collect(ctx, c.read, c.scanRun, "SELECT "+runColumns+" FROM run WHERE ?1 IN ('', kind) ORDER BY id DESC LIMIT ?2", kind, limit)
	return rs, c.fault(err)
}

// RunByName returns a run by name or number, or ErrNoRun.
func (c *Catalog) RunByName(ctx context.Context, name string) (Run, error) {
	rs, err := collect(ctx, c.read, c.scanRun, "SELECT "+runColumns+" FROM run WHERE name = ?1 OR CAST(id AS TEXT) = ?1 ORDER BY name <> ?1 LIMIT 1", name)
	if err != nil {
		return Run{}, c.fault(err)
	}
	if len(rs) == 0 {
		return Run{}, fmt.Errorf("%w: %q", ErrNoRun, name)
	}
	return rs[0], nil
}
