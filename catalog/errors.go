package catalog

import (
	"errors"
	"fmt"
)

// Errors to test for with errors.Is.
var (
	// ErrNoCatalog: there is no catalogue at this path.
	ErrNoCatalog = errors.New("no catalogue")
	// ErrNewer: a newer curate made this catalogue.
	ErrNewer = errors.New("catalogue was made by a newer curate")
	// ErrNotCatalog: the file is no catalogue of curate.
	ErrNotCatalog = errors.New("not a catalogue of curate")
	// ErrNoImage: nothing in the catalogue answers to this name.
	ErrNoImage = errors.New("no such image in the catalogue")
	// ErrNothing: there is no step to undo or redo.
	ErrNothing = errors.New("nothing to take back")
	// ErrLeavesNot: a file that was to be moved belongs to no removed image any more.
	ErrLeavesNot = errors.New("what is removed has changed while files were looked at: nothing was moved; run it again")
	// ErrNoRun: no run has this name or number.
	ErrNoRun = errors.New("no such run")
)

// LockedError says that another command is writing to the catalogue.
type LockedError struct {
	Path    string // of the catalogue
	PID     int    // 0 = not known
	Command string // "curate dedup"; empty = not known
	Brief   bool   // it is only writing what it has found: soon there is room for others
}

// Error names the process to wait for.
func (e *LockedError) Error() string {
	switch {
	case e.PID == 0:
		return fmt.Sprintf("catalogue %s is locked by another process: try again when it is done", e.Path)
	case e.Command == "":
		return fmt.Sprintf("catalogue %s is locked by PID %d: try again when it is done", e.Path, e.PID)
	}
	return fmt.Sprintf("catalogue %s is locked by PID %d (%s): try again when it is done", e.Path, e.PID, e.Command)
}

// noCatalog is ErrNoCatalog with the file.
func noCatalog(path string) error {
	return fmt.Errorf("%w at %s", ErrNoCatalog, path)
}

// OverlapError says that a step cannot be taken back or redone because a later one changed the same things.
type OverlapError struct {
	Step, Later  StepID
	LaterCommand string
	What         string // the thing that both changed
	Redo         bool
}

// Error says which step to undo first.
func (e *OverlapError) Error() string {
	verb := "undo"
	if e.Redo {
		verb = "redo"
	}
	if e.Later == 0 {
		return fmt.Sprintf("cannot %s step %d: %s is no longer as that step left it", verb, e.Step, e.What)
	}
	return fmt.Sprintf("cannot %s step %d: step %d (%s) came later and changed %s too; undo step %d first",
		verb, e.Step, e.Later, e.LaterCommand, e.What, e.Later)
}

// AmbiguousError lists images that a short hash could mean.
type AmbiguousError struct {
	Arg    string
	Images []ImageID
}

// Error asks for more digits.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q is the start of %d images' SHA-256: give more digits", e.Arg, len(e.Images))
}
