package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/filemove"
	"github.com/curate/curate/internal/trash"
)

// Undo brings back what an apply moved, file by file, also of one that died in its middle. A file that is no longer where it was moved to is
// lost to it, and said; one that has changed, or whose place is taken, stays, and makes the whole an error: the step is in force until that
// is put right. It implements catalog.Handler.
func (a *applying) Undo(ctx context.Context, s catalog.Step, payload json.RawMessage) error {
	moves, err := a.env.Catalog.Moves(ctx, s.ID)
	if err != nil {
		return err
	}
	var stay []string
	for _, m := range moves {
		if err := ctx.Err(); err != nil {
			return err
		}
		why, err := a.backNoted(ctx, m)
		if err != nil {
			return fmt.Errorf("move %s back to %s: %w; what is back is journaled: `curate undo %d` goes on", m.Target, m.Source, plainly(err), s.ID)
		}
		if why != "" {
			stay = append(stay, fmt.Sprintf("%s: %s", m.Source, why))
		}
	}
	if err := sweep(payload, moves); err != nil {
		return err
	}
	if len(stay) == 0 {
		return nil
	}
	for _, line := range stay {
		a.env.Notice("not brought back: %s", line)
	}
	return fmt.Errorf("%d of %d files of step %d are not brought back, the first is %s; put that right, or move them by hand, and run `curate undo %d` again",
		len(stay), len(moves), s.ID, stay[0], s.ID)
}

// backNoted brings one file back and notes it; why says what is in the way.
func (a *applying) backNoted(ctx context.Context, m catalog.FileMove) (why string, err error) {
	if m.State != catalog.MoveDone && m.State != catalog.MovePlanned {
		return "", nil
	}
	var s *filemove.Skip
	switch err := a.toSource(m); {
	case errors.As(err, &s):
		return s.Reason, nil
	case errors.Is(err, filemove.ErrVanished):
		a.env.Notice("cannot be brought back: %s is no longer at %s", m.Source, m.Target)
		m.State, m.Note = catalog.MoveLost, err.Error()
	case err != nil:
		return "", err
	default:
		m.State, m.Note = catalog.MoveBack, ""
	}
	a.at("done")
	err = a.env.Catalog.Moved(context.WithoutCancel(ctx), m)
	a.at("noted")
	return "", err
}

// toSource undoes a move as far as it came.
func (a *applying) toSource(m catalog.FileMove) error {
	mv := moveOf(m)
	if m.State == catalog.MovePlanned {
		if begun, err := hasBegun(m); err != nil || !begun {
			return errors.Join(err, mv.Clean(), removeNote(m))
		}
	}
	if err := a.mover.Do(mv.Back()); err != nil {
		return err
	}
	a.at("back")
	return errors.Join(mv.Clean(), removeNote(m))
}

// hasBegun tells whether a move that was only planned, as far as the journal knows, has put its file at the target.
func hasBegun(m catalog.FileMove) (bool, error) {
	if _, err := os.Lstat(m.Source); errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	there, err := contentAt(m.Target)
	if m.Kind == catalog.MoveLink {
		return there != nil, err
	}
	return m.Kind == catalog.MoveFile && there != nil && *there == m.Hash, err
}

func removeNote(m catalog.FileMove) error {
	if m.Trash == "" {
		return nil
	}
	return trash.RemoveNote(m.Trash)
}

// sweep takes away the folders that were made for the files and are empty now.
func sweep(payload json.RawMessage, moves []catalog.FileMove) error {
	var folder applyFolder
	if err := json.Unmarshal(payload, &folder); err != nil || folder.Dir == "" {
		return err
	}
	for _, m := range moves {
		for dir := filepath.Dir(m.Target); dir != folder.Dir && within(dir, folder.Dir); dir = filepath.Dir(dir) {
			if os.Remove(dir) != nil { // there is something in it
				break
			}
		}
	}
	for dir := folder.Dir; folder.Made != "" && within(dir, folder.Made); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break
		}
	}
	return nil
}

// FilesError says that a step has moved files, which who asked must not do.
type FilesError struct {
	Step    catalog.StepID
	Command string // that made it
	Redo    bool
}

func (e *FilesError) Error() string {
	return fmt.Sprintf("step %d (%s) is about files", e.Step, e.Command)
}

// UndoDecision is Undo for who must not touch picture files: steps of apply are refused with a *FilesError.
func UndoDecision(ctx context.Context, e *Env, step catalog.StepID) (StepRow, error) {
	e.Catalog.Handle(catalog.KindApply, filesAlone{})
	s, err := e.Catalog.Undo(ctx, step)
	return newStepRow(s), err
}

// RedoDecision is Redo for who must not touch picture files.
func RedoDecision(ctx context.Context, e *Env, step catalog.StepID) (StepRow, error) {
	e.Catalog.Handle(catalog.KindApply, filesAlone{})
	s, err := e.Catalog.Redo(ctx, step)
	return newStepRow(s), err
}

// filesAlone refuses what would move files. It implements catalog.Handler.
type filesAlone struct{}

func (filesAlone) Undo(_ context.Context, s catalog.Step, _ json.RawMessage) error {
	return &FilesError{Step: s.ID, Command: s.Command}
}

func (filesAlone) Redo(_ context.Context, s catalog.Step, _ json.RawMessage) error {
	return &FilesError{Step: s.ID, Command: s.Command, Redo: true}
}

// Redo moves again what was brought back, except files of images that are no longer removed. It implements catalog.Handler.
func (a *applying) Redo(ctx context.Context, s catalog.Step, _ json.RawMessage) error {
	moves, err := a.env.Catalog.Moves(ctx, s.ID)
	if err != nil {
		return err
	}
	for i := range moves {
		m := &moves[i]
		if m.State != catalog.MoveBack {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := a.again(ctx, m); err != nil {
			return fmt.Errorf("move %s to %s: %w; `curate redo %d` goes on", m.Source, m.Target, plainly(err), s.ID)
		}
	}
	return a.env.Catalog.FinishMoves(ctx, s.ID, summariseMoves(moves))
}

func (a *applying) again(ctx context.Context, m *catalog.FileMove) error {
	im, err := a.env.Catalog.ImageByID(ctx, m.Image)
	if err != nil {
		return err
	}
	if im.Status != catalog.Removed {
		a.env.Notice("stays: %s is %s now", m.Source, im.Status)
		return nil
	}
	var s *filemove.Skip
	if err = a.alone(ctx, *m); err == nil {
		err = a.toTarget(*m)
	}
	switch {
	case errors.As(err, &s), errors.Is(err, filemove.ErrVanished):
		a.env.Notice("stays: %s: %v", m.Source, err)
		return nil
	case err != nil:
		return err
	}
	m.State = catalog.MoveDone
	return a.env.Catalog.Moved(context.WithoutCancel(ctx), *m)
}
