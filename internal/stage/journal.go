package stage

import (
	"context"
	"time"

	"github.com/curate/curate/catalog"
)

// StepRow is one entry of the journal, as lists print it.
type StepRow struct {
	ID      catalog.StepID `json:"id"`
	Time    time.Time      `json:"time"`
	Command string         `json:"command"`
	Summary string         `json:"summary"`
	Kind    string         `json:"kind"`
	Undone  bool           `json:"undone"`
	Open    bool           `json:"open"`     // begun, and never finished
	CanUndo bool           `json:"can_undo"` // false: it only tells what was found
}

func newStepRow(s catalog.Step) StepRow {
	return StepRow{s.ID, s.Time.UTC().Truncate(time.Second), s.Command, s.Summary, s.Kind, s.Undone, s.Open, s.CanUndo}
}

// Log returns the newest steps first; limit 0 = all.
func Log(ctx context.Context, e *Env, limit int) ([]StepRow, error) {
	steps, err := e.Catalog.Log(ctx, limit)
	if err != nil {
		return nil, err
	}
	out := make([]StepRow, len(steps))
	for i, s := range steps {
		out[i] = newStepRow(s)
	}
	return out, nil
}

// Undo takes back a step, or with 0 the last one that can be.
func Undo(ctx context.Context, e *Env, step catalog.StepID) (StepRow, error) {
	e.Catalog.Handle(catalog.KindApply, &applying{env: e})
	s, err := e.Catalog.Undo(ctx, step)
	return newStepRow(s), err
}

// Redo does a step again that was undone, or with 0 the last one undone.
func Redo(ctx context.Context, e *Env, step catalog.StepID) (StepRow, error) {
	keepers := newKeeperCheck(e)
	defer keepers.Close()
	e.Catalog.Handle(catalog.KindApply, &applying{env: e, keepers: keepers})
	s, err := e.Catalog.Redo(ctx, step)
	return newStepRow(s), err
}
