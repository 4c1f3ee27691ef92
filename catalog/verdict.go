package catalog

import (
	"context"
	"time"
)

// VerdictKind is what a person decided.
type VerdictKind string

// Kinds of verdicts. Of keep and remove an image has at most one, of distinct and same a pair has at most one: the newer replaces the older.
const (
	Keep     VerdictKind = "keep"
	Remove   VerdictKind = "remove"
	Label    VerdictKind = "label"    // Value is the label
	Subject  VerdictKind = "subject"  // Value is the subject
	Distinct VerdictKind = "distinct" // A and B are different pictures: never asked again
	Same     VerdictKind = "same"     // A and B belong together
)

// Decision is a verdict to be made.
type Decision struct {
	Kind  VerdictKind
	Image ImageID
	Other ImageID // for Distinct and Same
	Value string  // for Label and Subject
}

// Verdict is a decision as recorded, by content hash. For pairs A < B.
type Verdict struct {
	Kind  VerdictKind
	A, B  Hash // B is zero unless the verdict is on a pair
	Value string
	At    time.Time
	Step  StepID
}

// Decide records verdicts as one undoable step in the name of command and settles the images they concern. What is decided already is
// passed over; changed counts the images or pairs that are not. Without a change there is no step (0).
func (c *Catalog) Decide(ctx context.Context, command string, ds []Decision) (step StepID, changed int, err error) {
	return 0, 0, errUnwritten
}

// Clear takes the verdicts on these images back (keep, remove, label, subject), as one undoable step.
func (c *Catalog) Clear(ctx context.Context, command string, images ...ImageID) (step StepID, changed int, err error) {
	return 0, 0, errUnwritten
}

// ClearPair takes the verdict on a pair back, as one undoable step.
func (c *Catalog) ClearPair(ctx context.Context, command string, a, b ImageID) (step StepID, changed int, err error) {
	return 0, 0, errUnwritten
}

// VerdictsOn returns the verdicts in force on an image, those on its pairs included.
func (c *Catalog) VerdictsOn(ctx context.Context, h Hash) ([]Verdict, error) {
	return nil, errUnwritten
}

// PairVerdict is a distinct or same verdict whose images are both in the catalogue.
type PairVerdict struct {
	Kind VerdictKind
	A, B ImageID // A < B
}

// PairVerdicts returns every distinct and same verdict in force, by A and B: what dedup must respect.
func (c *Catalog) PairVerdicts(ctx context.Context) ([]PairVerdict, error) { return nil, errUnwritten }
