package catalog

import (
	"context"
	"encoding/json"
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

// Log streams the newest steps first; limit 0 = all.
func (c *Catalog) Log(ctx context.Context, limit int) ([]Step, error) { return nil, errUnwritten }

// Note adds a step that only tells what happened and cannot be taken back, such as an ingest.
func (c *Catalog) Note(ctx context.Context, command, kind, summary string) (StepID, error) {
	return 0, errUnwritten
}

// Undo takes a step back: the one named, or with 0 the last one that can be. It is refused with an *OverlapError that names the later step
// when one changed the same things, and with ErrNothing when there is none.
func (c *Catalog) Undo(ctx context.Context, step StepID) (Step, error) { return Step{}, errUnwritten }

// Redo does a step again that was undone: the one named, or with 0 the last one undone, unless another step was made since.
func (c *Catalog) Redo(ctx context.Context, step StepID) (Step, error) { return Step{}, errUnwritten }

// Handler takes back and redoes what a kind of step did outside the catalogue. It is called before the catalogue's own rows are changed and
// must be able to run again after a crash in its middle.
type Handler interface {
	Undo(ctx context.Context, s Step, payload json.RawMessage) error
	Redo(ctx context.Context, s Step, payload json.RawMessage) error
}

// Handle names the handler for steps of a kind. Call it before Undo or Redo; steps of a kind with a payload and no handler are refused.
func (c *Catalog) Handle(kind string, h Handler) {}

// BeginStep journals what is about to be done outside the catalogue, before it is done. The step is open until FinishStep.
func (c *Catalog) BeginStep(ctx context.Context, command, kind, summary string, payload any) (StepID, error) {
	return 0, errUnwritten
}

// Relocation moves one location's path.
type Relocation struct {
	Location LocationID
	Path     string // new stored path; empty = the location is gone
}

// FinishStep closes an open step with its final summary and payload and applies what it did to locations, in one transaction.
func (c *Catalog) FinishStep(ctx context.Context, step StepID, summary string, payload any, moved []Relocation) error {
	return errUnwritten
}

// Payload returns what BeginStep or FinishStep stored, for going on after a crash.
func (c *Catalog) Payload(ctx context.Context, step StepID) (json.RawMessage, error) {
	return nil, errUnwritten
}
