package catalog

import (
	"context"
	"database/sql"
)

// tracker writes down what one step changes, row by row, and which images must be settled.
type tracker struct {
	ctx     context.Context
	tx      *sql.Tx
	command string
	kind    string
	step    StepID // 0 until something changes
	seq     int
	touched map[ImageID]bool
}

func newTracker(ctx context.Context, tx *sql.Tx, command, kind string) *tracker {
	return &tracker{ctx: ctx, tx: tx, command: command, kind: kind, touched: map[ImageID]bool{}}
}

// begin makes the step's journal entry, if there is none yet.
func (t *tracker) begin() (err error) {
	if t.step == 0 {
		t.step, err = addStep(t.ctx, t.tx, t.command, t.kind, "", stateDone, nil)
	}
	return err
}

// change lets f change one row and writes down what it did. f must not be called for a change that is none.
func (t *tracker) change(ref rowRef, f func() error) error {
	if err := t.begin(); err != nil {
		return err
	}
	before, err := ref.load(t.ctx, t.tx)
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	after, err := ref.load(t.ctx, t.tx)
	if err != nil {
		return err
	}
	t.touch(before)
	t.touch(after)
	if before != nil && after != nil {
		before, after = differing(before, after)
	}
	return t.note(ref, before, after)
}

func (t *tracker) note(ref rowRef, before, after rowValues) error {
	b, err := before.text()
	if err != nil {
		return err
	}
	a, err := after.text()
	if err != nil {
		return err
	}
	t.seq++
	_, err = t.tx.ExecContext(t.ctx, "INSERT INTO change (step, seq, tbl, key, before, after) VALUES (?, ?, ?, ?, ?, ?)", t.step, t.seq, ref.table,
		ref.String(), b, a)
	return err
}

// touch remembers the image of a location or split; verdicts' images are the caller's to name.
func (t *tracker) touch(row rowValues) {
	if id, ok := row["image"].(int64); ok {
		t.touched[id] = true
	}
}

// end gives the step its summary and settles what it touched. Without a change there is no step, and 0.
func (t *tracker) end(summary string) (StepID, error) {
	if t.step == 0 {
		return 0, nil
	}
	if _, err := t.tx.ExecContext(t.ctx, "UPDATE journal SET summary = ? WHERE id = ?", summary, t.step); err != nil {
		return 0, err
	}
	return t.step, settleSet(t.ctx, t.tx, t.touched)
}
