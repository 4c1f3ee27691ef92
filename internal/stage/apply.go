package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/filemove"
	"github.com/curate/curate/internal/trash"
)

// ApplyOptions say where the files of removed images go: into a folder, or into the trash.
type ApplyOptions struct {
	Command string // for the journal
	Dir     string // as the user typed it; "" with Trash
	Trash   bool
	DryRun  bool
	Files   int // as many as a summary has said, else nothing is moved; 0 = any

	mover filemove.Mover // with what tests need
}

// ApplyResult is what Apply did, or would do. Paths are as stored.
type ApplyResult struct {
	Files     int             `json:"files"` // that left, those of a continued step included
	Bytes     int64           `json:"bytes"`
	Moved     []MovedFile     `json:"moved"`
	Skipped   []UnusableInput `json:"skipped"`      // files that stay though their image is removed, and why
	Members   int             `json:"members"`      // of archives: they cannot leave
	Exact     int             `json:"exact_copies"` // further places of kept images, which stay
	Continued *catalog.StepID `json:"continued"`    // step of an apply that had died and was finished first
	Step      *catalog.StepID `json:"step"`         // null: there was nothing to do
	DryRun    bool            `json:"dry_run"`
	Seconds   float64         `json:"seconds"`
}

// MovedFile is one file that left, and where it is now.
type MovedFile struct {
	Path string `json:"path"`
	To   string `json:"to"`
}

// Apply carries the marks to the files: those of removed images leave, all others stay. What is about to be done to each file is journaled
// first, so that an apply that died is finished by the next, or taken back by Undo, and at no moment is a file nowhere. A file whose content
// is no longer what was recorded is not touched, nor one whose keeper is not found, and none is ever overwritten.
func Apply(ctx context.Context, e *Env, o ApplyOptions) (r ApplyResult, err error) {
	began := time.Now()
	a := &applying{env: e, mover: o.mover, result: &r, keepers: newKeeperCheck(e)}
	defer a.keepers.Close()
	r = ApplyResult{Moved: []MovedFile{}, Skipped: []UnusableInput{}, DryRun: o.DryRun}
	if !o.DryRun {
		if err := a.resume(ctx); err != nil {
			return r, err
		}
		if err := a.noticeEmptied(ctx); err != nil {
			return r, err
		}
	}
	p, err := a.plan(ctx, o)
	if err != nil {
		return r, err
	}
	if o.DryRun {
		a.preview(p)
	} else if o.Files > 0 && r.Continued == nil && o.Files != len(p.moves) {
		err = catalog.ErrLeavesNot
	} else if len(p.moves) > 0 {
		err = a.start(ctx, o, p)
	}
	if err == nil {
		r.Exact, err = e.Catalog.ExactCopiesKept(ctx)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, err
}

// applying is one Apply, Undo or Redo of files.
type applying struct {
	env     *Env
	mover   filemove.Mover
	result  *ApplyResult
	keepers *keeperCheck
}

// resume finishes an apply that died in its middle.
func (a *applying) resume(ctx context.Context) error {
	s, open, err := a.env.Catalog.UnfinishedMoves(ctx)
	if err != nil || !open {
		return err
	}
	a.env.Notice("step %d (%s) was not finished: going on with it", s.ID, s.Command)
	moves, err := a.env.Catalog.Moves(ctx, s.ID)
	if err != nil {
		return err
	}
	a.result.Continued = &s.ID
	if err := a.carry(ctx, s.ID, moves); err != nil {
		return err
	}
	a.result.Skipped = []UnusableInput{} // they are planned again, and said if they stay again
	return nil
}

// noticeEmptied notes what is in the trash no longer, because its owner emptied it.
func (a *applying) noticeEmptied(ctx context.Context) error {
	in, err := a.env.Catalog.InTrash(ctx)
	if err != nil {
		return err
	}
	var gone []catalog.LocationID
	for _, l := range in {
		if vanished(l) {
			gone = append(gone, l.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err = a.env.Catalog.MarkGone(ctx, gone)
	return err
}

func (a *applying) preview(p *applyPlan) {
	for _, m := range p.moves {
		a.result.Files++
		a.result.Bytes += m.Bytes
		a.result.Moved = append(a.result.Moved, MovedFile{m.Source, m.Target})
	}
}

// applyFolder is the payload of a step: what undo needs besides the moves.
type applyFolder struct {
	Dir  string `json:"dir"`  // "" = the trash
	Made string `json:"made"` // the uppermost folder that had to be made for Dir; "" = it was there
}

// start journals the plan and carries it out.
func (a *applying) start(ctx context.Context, o ApplyOptions, p *applyPlan) error {
	folder := applyFolder{Dir: p.dir}
	if p.dir != "" {
		folder.Made = uppermostMissing(p.dir)
		if err := os.MkdirAll(p.dir, 0o777); err != nil {
			return fmt.Errorf("make the folder for removed files: %w", err)
		}
	}
	for _, b := range p.bins {
		if err := b.Make(); err != nil {
			return err
		}
	}
	step, err := a.env.Catalog.BeginMoves(ctx, o.Command, fmt.Sprintf("%s to %s", filesText(len(p.moves)), p.where()), folder, p.moves)
	if err != nil {
		return err
	}
	a.result.Step = &step
	return a.carry(ctx, step, p.moves)
}

// uppermostMissing is the first folder on the way to dir that is not there.
func uppermostMissing(dir string) string {
	missing := ""
	for {
		if _, err := os.Lstat(dir); err == nil || dir == filepath.Dir(dir) {
			return missing
		}
		missing, dir = dir, filepath.Dir(dir)
	}
}

// carry does the moves of a step that are not done yet, and closes it.
func (a *applying) carry(ctx context.Context, step catalog.StepID, moves []catalog.FileMove) error {
	task := a.env.Progress.Start("apply", int64(len(moves)), "files")
	defer task.Done()
	for i, m := range moves {
		if m.State == catalog.MovePlanned {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := a.forth(ctx, &moves[i]); err != nil {
				return fmt.Errorf("move %s to %s: %w; %s", m.Source, m.Target, plainly(err),
					"what is moved is journaled: run the same command again to go on, or `curate undo` to take it back")
			}
		}
		task.Add(1)
	}
	return a.env.Catalog.FinishMoves(ctx, step, summariseMoves(moves))
}

func summariseMoves(moves []catalog.FileMove) string {
	n := map[catalog.MoveState]int{}
	for _, m := range moves {
		n[m.State]++
	}
	text := filesText(n[catalog.MoveDone]) + " moved"
	if k := n[catalog.MoveSkipped]; k > 0 {
		text += fmt.Sprintf(", %d skipped", k)
	}
	return text
}

func filesText(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// forth moves one file and notes it. Only a fault that would meet the next file too is returned.
func (a *applying) forth(ctx context.Context, m *catalog.FileMove) error {
	m.State, m.Note = catalog.MoveDone, ""
	var s *filemove.Skip
	err := a.alone(ctx, *m)
	if err == nil {
		err = a.toTarget(*m)
	}
	switch {
	case errors.As(err, &s), errors.Is(err, filemove.ErrVanished):
		m.State, m.Note = catalog.MoveSkipped, err.Error()
		a.result.Skipped = append(a.result.Skipped, UnusableInput{m.Source, m.Note})
	case err != nil:
		return err
	default:
		a.result.Files++
		a.result.Bytes += m.Bytes
		a.result.Moved = append(a.result.Moved, MovedFile{m.Source, m.Target})
	}
	a.at("done")
	err = a.env.Catalog.Moved(context.WithoutCancel(ctx), *m)
	a.at("noted")
	return err
}

// alone is a Skip for a file whose keeper is not found, unless the move has begun already.
func (a *applying) alone(ctx context.Context, m catalog.FileMove) error {
	why, err := a.keepers.missing(ctx, m.Image)
	if err != nil || why == "" {
		return err
	}
	if begun, err := hasBegun(m); err != nil || begun {
		return err
	}
	return errors.Join(&filemove.Skip{Reason: why}, moveOf(m).Clean(), removeNote(m))
}

// at is a moment at which tests let the process die.
func (a *applying) at(step string) {
	if a.mover.Boundary != nil {
		a.mover.Boundary(step)
	}
}

// toTarget does the move, with its note in the trash.
func (a *applying) toTarget(m catalog.FileMove) error {
	if m.Trash == "" {
		return a.mover.Do(moveOf(m))
	}
	if err := trash.WriteNote(m.Trash, m.Source, time.Now()); errors.Is(err, os.ErrExist) {
		return &filemove.Skip{Reason: "the trash has another file of this name by now: run `curate apply` again"}
	} else if err != nil {
		return err
	}
	a.at("note")
	err := a.mover.Do(moveOf(m))
	if err != nil {
		return errors.Join(err, trash.RemoveNote(m.Trash))
	}
	return nil
}

// moveOf is a journaled move as the engine takes it.
func moveOf(m catalog.FileMove) filemove.Move {
	kind := map[string]filemove.Kind{catalog.MoveFile: filemove.File, catalog.MoveLink: filemove.Link, catalog.MoveTwin: filemove.Twin}[m.Kind]
	mv := filemove.Move{Source: m.Source, Target: m.Target, Kind: kind, Hash: m.Hash, Link: m.Link, Part: fmt.Sprintf(".curate-%d-%d.part", m.Step, m.Seq)}
	if m.ModTime != 0 {
		mv.ModTime = time.Unix(0, m.ModTime)
	}
	return mv
}
