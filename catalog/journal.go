package catalog

import (
	"context"
	"database/sql"
	"time"
)

// Step is one entry of the journal: what one command changed.
type Step struct {
	ID      StepID
	Time    time.Time
	Command string // as the user gave it: "curate keep a.jpg"
	Kind    string // "verdicts", "dedup", "relocate", "apply", ...
	Summary string // one line for people
	Open    bool   // begun and not finished: the command died in the middle
	Undone  bool
	CanUndo bool // false for steps that only tell what happened (ingest)
}

// States of a step in the journal.
const (
	stateNote = "note" // only told
	stateOpen = "open" // begun
	stateDone = "done"
)

// addStep makes a journal entry. Whatever was undone before can then be redone by name only: a plain redo would go against the new step.
func addStep(ctx context.Context, tx *sql.Tx, command, kind, summary, state string, payload []byte) (StepID, error) {
	if state != stateNote {
		if _, err := tx.ExecContext(ctx, "UPDATE journal SET undone = -undone WHERE undone > 0"); err != nil {
			return 0, err
		}
	}
	r, err := tx.ExecContext(ctx, "INSERT INTO journal (time, command, kind, summary, state, payload) VALUES (?, ?, ?, ?, ?, ?)", now(), command,
		kind, summary, state, payload)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

const stepColumns = "id, time, command, kind, summary, state, undone"

func scanStep(r *sql.Rows) (s Step, err error) {
	var at, state string
	var undone int
	if err := r.Scan(&s.ID, &at, &s.Command, &s.Kind, &s.Summary, &state, &undone); err != nil {
		return s, err
	}
	s.Open, s.CanUndo, s.Undone = state == stateOpen, state != stateNote, undone != 0
	s.Time, err = unstamp(at)
	return s, err
}

// Log returns the newest steps first; limit 0 = all.
func (c *Catalog) Log(ctx context.Context, limit int) ([]Step, error) {
	if limit == 0 {
		limit = -1
	}
	steps, err := collect(ctx, c.read, scanStep, "SELECT "+stepColumns+" FROM journal ORDER BY id DESC LIMIT ?", limit)
	return steps, c.fault(err)
}

// Note adds a step that only tells what happened and cannot be taken back, such as an ingest.
func (c *Catalog) Note(ctx context.Context, command, kind, summary string) (id StepID, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		id, err = addStep(ctx, tx, command, kind, summary, stateNote, nil)
		return err
	})
	return id, err
}

// History returns the steps that concern the verdicts or locations of an image, newest first: those in force and those taken back.
func (c *Catalog) History(ctx context.Context, id ImageID) ([]Step, error) {
	im, err := c.ImageByID(ctx, id)
	if err != nil {
		return nil, err
	}
	h := im.Hash.String()
	steps, err := collect(ctx, c.read, scanStep, "SELECT "+stepColumns+` FROM journal WHERE id IN (
		SELECT step FROM change WHERE tbl = 'verdict' AND key IN ('fate/' || ?1 || '/', 'label/' || ?1 || '/', 'subject/' || ?1 || '/')
		UNION SELECT step FROM change WHERE tbl = 'verdict' AND key >= 'pair/' || ?1 || '/' AND key < 'pair/' || ?1 || '0'
		UNION SELECT step FROM change WHERE tbl = 'verdict' AND key >= 'pair/' AND key < 'pair0' AND substr(key, 71) = ?1
		UNION SELECT step FROM change WHERE tbl = 'location' AND key IN (SELECT CAST(id AS TEXT) FROM location WHERE image = ?2)
		UNION SELECT step FROM move WHERE image = ?2 AND state IN ('moved', 'back'))
		ORDER BY id DESC`, h, id)
	return steps, c.fault(err)
}
