package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// Handler takes back and redoes what a kind of step did outside the catalogue. It is called before the catalogue's own rows are changed and
// must be able to run again after a crash in its middle.
type Handler interface {
	Undo(ctx context.Context, s Step, payload json.RawMessage) error
	Redo(ctx context.Context, s Step, payload json.RawMessage) error
}

// Handle names the handler for steps of a kind. Call it before Undo or Redo; steps of a kind with a payload and no handler are refused.
func (c *Catalog) Handle(kind string, h Handler) { c.handlers[kind] = h }

// Undo takes a step back: the one named, or with 0 the last one that can be. It is refused with an *OverlapError that names the later step
// when one changed the same things, and with ErrNothing when there is none.
func (c *Catalog) Undo(ctx context.Context, step StepID) (Step, error) {
	return c.travel(ctx, journey{step: step, pick: lastStanding})
}

// lastStanding finds the newest step in force that can still be taken back: not what only tells, and no split that was learnt from.
const lastStanding = `undone = 0 AND state <> 'note' AND NOT (kind = '` + kindSplit + `' AND EXISTS
	(SELECT 1 FROM run WHERE run.kind = 'train' AND run.started > journal.time)) ORDER BY id DESC`

// Redo does a step again that was undone: the one named, or with 0 the last one undone, unless another step was made since.
func (c *Catalog) Redo(ctx context.Context, step StepID) (Step, error) {
	return c.travel(ctx, journey{step: step, redo: true, pick: "undone > 0 ORDER BY undone DESC"})
}

// journey is one undo or redo.
type journey struct {
	step StepID // 0: the one that pick finds
	redo bool
	pick string
}

func (j journey) verb() string {
	if j.redo {
		return "redo"
	}
	return "undo"
}

func (c *Catalog) travel(ctx context.Context, j journey) (s Step, err error) {
	var payload []byte
	find := func(tx *sql.Tx) error {
		s, payload, err = j.find(ctx, tx)
		return err
	}
	if err := c.view(ctx, find); err != nil {
		return Step{}, err
	}
	if payload != nil && !isMarks(s.Kind) {
		if err := c.outside(ctx, j, s, payload); err != nil {
			return Step{}, err
		}
	}
	j.step = s.ID
	err = c.update(ctx, func(tx *sql.Tx) error {
		if err := find(tx); err != nil {
			return err
		}
		if err := j.rows(ctx, tx, s); err != nil {
			return err
		}
		return j.sign(ctx, tx, s.ID)
	})
	s.Undone = !j.redo
	return s, err
}

// find reads the step that is meant and says why it cannot be.
func (j journey) find(ctx context.Context, tx *sql.Tx) (Step, []byte, error) {
	where, args := j.pick+" LIMIT 1", []any{}
	if j.step != 0 {
		where, args = "id = ?", []any{j.step}
	}
	steps, err := collect(ctx, tx, scanStep, "SELECT "+stepColumns+" FROM journal WHERE "+where, args...)
	switch {
	case err != nil:
		return Step{}, nil, err
	case len(steps) == 0 && j.step == 0:
		return Step{}, nil, fmt.Errorf("%w: there is no step to %s", ErrNothing, j.verb())
	case len(steps) == 0:
		return Step{}, nil, fmt.Errorf("%w: the journal has no step %d; \"curate log\" lists them", ErrNothing, j.step)
	}
	s := steps[0]
	switch {
	case !s.CanUndo:
		return s, nil, fmt.Errorf("%w: step %d (%s) only tells what was found and cannot be undone", ErrNothing, s.ID, s.Command)
	case s.Undone && !j.redo:
		return s, nil, fmt.Errorf("%w: step %d is undone already", ErrNothing, s.ID)
	case !s.Undone && j.redo:
		return s, nil, fmt.Errorf("%w: step %d is in force: there is nothing to redo", ErrNothing, s.ID)
	}
	var payload []byte
	err = tx.QueryRowContext(ctx, "SELECT payload FROM journal WHERE id = ?", s.ID).Scan(&payload)
	return s, payload, err
}

// errDryRun makes update roll back what was only tried.
var errDryRun = errors.New("tried only")

// outside lets the kind's handler act, once it is sure that the rows can follow.
func (c *Catalog) outside(ctx context.Context, j journey, s Step, payload []byte) error {
	h, ok := c.handlers[s.Kind]
	if !ok {
		return fmt.Errorf("cannot %s step %d: this command does not know how to take back a step of kind %q", j.verb(), s.ID, s.Kind)
	}
	err := c.update(ctx, func(tx *sql.Tx) error {
		if err := j.rows(ctx, tx, s); err != nil {
			return err
		}
		return errDryRun
	})
	if !errors.Is(err, errDryRun) {
		return err
	}
	if j.redo {
		return h.Redo(ctx, s, payload)
	}
	return h.Undo(ctx, s, payload)
}

// sign notes in the journal that the step is undone, or in force again.
func (j journey) sign(ctx context.Context, tx *sql.Tx, id StepID) error {
	text := "UPDATE journal SET undone = 1 + (SELECT max(abs(undone)) FROM journal) WHERE id = ?"
	if j.redo {
		text = "UPDATE journal SET undone = 0 WHERE id = ?"
	}
	_, err := tx.ExecContext(ctx, text, id)
	return err
}

// recordedChange is one row of the journal's changes.
type recordedChange struct {
	ref           rowRef
	before, after rowValues
}

func scanChange(r *sql.Rows) (c recordedChange, err error) {
	var table, key string
	var before, after *string
	if err := r.Scan(&table, &key, &before, &after); err != nil {
		return c, err
	}
	var errs [3]error
	c.ref, errs[0] = parseRef(table, key)
	c.before, errs[1] = readRow(before)
	c.after, errs[2] = readRow(after)
	return c, errors.Join(errs[:]...)
}

// rows brings every row that the step changed to where it was before (redo: after) and settles.
func (j journey) rows(ctx context.Context, tx *sql.Tx, s Step) error {
	order := " ORDER BY seq DESC"
	if j.redo {
		order = " ORDER BY seq"
	}
	changes, err := collect(ctx, tx, scanChange, "SELECT tbl, key, before, after FROM change WHERE step = ?"+order, s.ID)
	if err != nil {
		return err
	}
	if isMarks(s.Kind) {
		return j.swapMarks(ctx, tx, s)
	}
	if s.Kind == kindSplit && !j.redo {
		if err := learntSince(ctx, tx, s); err != nil {
			return err
		}
	}
	t := newTracker(ctx, tx, "", "")
	for _, ch := range changes {
		from, to := ch.after, ch.before
		if j.redo {
			from, to = to, from
		}
		if err := t.follow(ch.ref, from, to); errors.Is(err, errOverlap) {
			return j.overlap(ctx, tx, s, ch.ref)
		} else if err != nil {
			return err
		}
	}
	return settleSet(ctx, tx, t.touched)
}

// follow turns one row and remembers the images that hang on it.
func (t *tracker) follow(ref rowRef, from, to rowValues) error {
	if ref.table == "location" && from == nil && to["gone"] == "" {
		// A file that was forgotten and found again since: there is nothing to bring back.
		var again bool
		err := t.tx.QueryRowContext(t.ctx, "SELECT count(*) FROM location WHERE path = ? AND gone = '' AND id <> ?", to["path"], ref.key[0]).Scan(&again)
		if err != nil || again {
			return err
		}
	}
	before, err := ref.load(t.ctx, t.tx)
	if err != nil {
		return err
	}
	t.touch(before)
	if err := ref.turn(t.ctx, t.tx, from, to); err != nil {
		return err
	}
	t.touch(to)
	if ref.table == "verdict" {
		return t.touchContents(ref.key[1].([]byte), ref.key[2].([]byte))
	}
	return nil
}

func (t *tracker) touchContents(hs ...[]byte) error {
	for _, h := range hs {
		ids, err := collect(t.ctx, t.tx, scanID, "SELECT id FROM image WHERE sha256 = ?", h)
		if err != nil {
			return err
		}
		for _, id := range ids {
			t.touched[id] = true
		}
	}
	return nil
}

// overlap finds the later step that changed the same row.
func (j journey) overlap(ctx context.Context, tx *sql.Tx, s Step, ref rowRef) error {
	e := &OverlapError{Step: s.ID, What: j.what(ctx, tx, ref), Redo: j.redo}
	err := tx.QueryRowContext(ctx, `SELECT j.id, j.command FROM change c JOIN journal j ON j.id = c.step WHERE c.tbl = ? AND c.key = ?
		AND j.undone = 0 AND j.id <> ? ORDER BY j.id DESC LIMIT 1`, ref.table, ref.String(), s.ID).Scan(&e.Later, &e.LaterCommand)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return e
}

// what names a row for people: the path of the image that it is about.
func (j journey) what(ctx context.Context, tx *sql.Tx, ref rowRef) string {
	var path string
	query, arg := "SELECT path FROM location WHERE image = ? ORDER BY gone <> '', id LIMIT 1", ref.key[0]
	switch ref.table {
	case "location":
		query = "SELECT path FROM location WHERE id = ?"
	case "verdict":
		query, arg = "SELECT l.path FROM image i JOIN location l ON l.image = i.id WHERE i.sha256 = ? ORDER BY l.gone <> '', l.id LIMIT 1", ref.key[1]
	}
	if err := tx.QueryRowContext(ctx, query, arg).Scan(&path); err != nil {
		return ref.table + " " + ref.String()
	}
	return "the " + ref.table + " of " + path
}
