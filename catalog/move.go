package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// KindApply is the kind of the journal's steps that carry marks to files.
const KindApply = "apply"

// MoveState says how far the move of one file is.
type MoveState string

// States of a move. What the catalogue says of the location's path goes with them, in the same transaction.
const (
	MovePlanned MoveState = "planned" // journaled; the file may or may not be moved, if the process died just then
	MoveDone    MoveState = "moved"   // the file is at Target
	MoveSkipped MoveState = "skipped" // not touched; Note says why
	MoveBack    MoveState = "back"    // taken back to Source
	MoveLost    MoveState = "lost"    // it was no longer at Target when it was to be taken back
)

// What lies at the source of a move, and what becomes of it.
const (
	MoveFile = "file" // a file
	MoveLink = "link" // a symbolic link: the file that it leads to is left alone
	MoveTwin = "twin" // a file with the same content was at Target before: that one stays where it is
)

// FileMove is what a step does to one file.
type FileMove struct {
	Step           StepID
	Seq            int
	Location       LocationID
	Image          ImageID
	Source, Target string // stored paths
	Kind           string // MoveFile, MoveLink, MoveTwin
	Link           string // of a link, what it says at Source
	Trash          string // path of the trash's note on it; empty outside of a trash
	State          MoveState
	Note           string

	Hash    Hash  // of the image
	Bytes   int64 // of the image
	ModTime int64 // of the file when it was ingested, Unix nanoseconds; 0 = not known any more
}

const moveColumns = "m.step, m.seq, m.location, m.image, m.source, m.target, m.kind, m.link, m.trash, m.state, m.note, i.sha256, i.bytes, coalesce(l.mtime, 0)"

func scanMove(r *sql.Rows) (m FileMove, err error) {
	err = r.Scan(&m.Step, &m.Seq, &m.Location, &m.Image, &m.Source, &m.Target, &m.Kind, &m.Link, &m.Trash, &m.State, &m.Note, &m.Hash, &m.Bytes, &m.ModTime)
	return m, err
}

// BeginMoves journals what is about to be done to files and writes it through to the disk: when it returns, the files may be touched. Step
// and Seq of the moves are filled in; payload is for the step's handler. The step is open until FinishMoves. ErrLeavesNot, and no step, when
// one of the files may no longer leave: a verdict came, or the file was found elsewhere, since Leavings.
func (c *Catalog) BeginMoves(ctx context.Context, command, summary string, payload any, moves []FileMove) (step StepID, err error) {
	text, err := json.Marshal(payload)
	if err != nil {
		return 0, err
	}
	err = c.update(ctx, func(tx *sql.Tx) error {
		if step, err = addStep(ctx, tx, command, KindApply, summary, stateOpen, text); err != nil {
			return err
		}
		for i := range moves {
			m := &moves[i]
			m.Step, m.Seq, m.State = step, i+1, MovePlanned
			var leaves bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM location l JOIN image i ON i.id = l.image
				WHERE l.id = ? AND l.path = ? AND l.gone = '' AND i.id = ? AND i.status = 'removed')`, m.Location, m.Source, m.Image).Scan(&leaves); err != nil {
				return err
			} else if !leaves {
				return fmt.Errorf("%w (%s)", ErrLeavesNot, m.Source)
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO move (step, seq, location, image, source, target, kind, link, trash, state, note)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '')`, m.Step, m.Seq, m.Location, m.Image, m.Source, m.Target, m.Kind, m.Link, m.Trash,
				m.State); err != nil {
				return fmt.Errorf("plan for %s: %w", m.Source, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return step, c.writeThrough(ctx)
}

// writeThrough makes what is committed outlive a power failure, which a commit alone need not.
func (c *Catalog) writeThrough(ctx context.Context) error {
	_, err := c.write.ExecContext(ctx, "PRAGMA wal_checkpoint(FULL)")
	return c.fault(err)
}

// Moves returns the moves of a step, in order.
func (c *Catalog) Moves(ctx context.Context, step StepID) ([]FileMove, error) {
	ms, err := collect(ctx, c.read, scanMove, "SELECT "+moveColumns+` FROM move m JOIN image i ON i.id = m.image
		LEFT JOIN location l ON l.id = m.location WHERE m.step = ? ORDER BY m.seq`, step)
	return ms, c.fault(err)
}

// UnfinishedMoves returns the step of an apply that died in its middle; ok is false when there is none.
func (c *Catalog) UnfinishedMoves(ctx context.Context) (s Step, ok bool, err error) {
	steps, err := collect(ctx, c.read, scanStep, "SELECT "+stepColumns+" FROM journal WHERE kind = ? AND state = ? AND undone = 0 ORDER BY id LIMIT 1",
		KindApply, stateOpen)
	if err != nil || len(steps) == 0 {
		return s, false, c.fault(err)
	}
	return steps[0], true, nil
}

// Moved notes where the file of a move is now, and why it was not moved. The location follows, unless it says something else by now: when
// another location of the same path is there already, it is gone.
func (c *Catalog) Moved(ctx context.Context, m FileMove) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE move SET state = ?, note = ? WHERE step = ? AND seq = ?", m.State, m.Note, m.Step, m.Seq); err != nil {
			return err
		}
		from, to := m.Source, m.Target
		switch m.State {
		case MoveDone:
		case MoveBack:
			from, to = to, from
		case MoveLost:
			return loseMove(ctx, tx, m)
		default:
			return nil
		}
		return followMove(ctx, tx, m, from, to)
	})
}

// followMove takes a location from one path to another.
func followMove(ctx context.Context, tx *sql.Tx, m FileMove, from, to string) error {
	var taken bool
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM location WHERE path = ? AND gone = '' AND id <> ?)", to, m.Location).Scan(&taken)
	if err != nil {
		return err
	}
	if !taken {
		_, err = tx.ExecContext(ctx, "UPDATE location SET path = ? WHERE id = ? AND path = ? AND gone = ''", to, m.Location, from)
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE location SET gone = ? WHERE id = ? AND path = ? AND gone = ''", now(), m.Location, from); err != nil {
		return err
	}
	return settleSet(ctx, tx, map[ImageID]bool{m.Image: true})
}

// loseMove notes that a file is gone, at its first place: there it is known again if it comes back.
func loseMove(ctx context.Context, tx *sql.Tx, m FileMove) error {
	if _, err := tx.ExecContext(ctx, "UPDATE location SET path = ?, gone = ? WHERE id = ? AND path = ? AND gone = ''", m.Source, now(), m.Location,
		m.Target); err != nil {
		return err
	}
	return settleSet(ctx, tx, map[ImageID]bool{m.Image: true})
}

// FinishMoves closes the open step of an apply. A step that is closed only gets the new summary.
func (c *Catalog) FinishMoves(ctx context.Context, step StepID, summary string) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE journal SET state = ?, summary = ? WHERE id = ? AND kind = ?", stateDone, summary, step, KindApply)
		return err
	})
}

// Leaving is a file of a removed image.
type Leaving struct {
	Location LocationID
	Image    ImageID
	Path     string
	Root     string // the argument of ingest under which it was found
	Size     int64  // as recorded
	Hash     Hash
}

// StandsFor returns the image that is kept in place of a removed one: what it is a copy of or similar to, and so on while that is removed
// too. It is 0 when the image is not removed, or by verdict: then nothing stands for it.
func (c *Catalog) StandsFor(ctx context.Context, id ImageID) (keeper ImageID, err error) {
	err = c.read.QueryRowContext(ctx, `WITH RECURSIVE chain (image, depth) AS (SELECT ?, 0 UNION ALL
			SELECT i.cause_of, depth + 1 FROM chain JOIN image i ON i.id = chain.image
			WHERE i.status = 'removed' AND i.cause IN ('copy', 'similar') AND i.cause_of IS NOT NULL AND depth < 100)
		SELECT coalesce((SELECT image FROM chain WHERE depth > 0 ORDER BY depth DESC LIMIT 1), 0)`, id).Scan(&keeper)
	return keeper, c.fault(err)
}

// ExactCopiesKept counts the places of kept images beyond the first of each.
func (c *Catalog) ExactCopiesKept(ctx context.Context) (n int, err error) {
	err = c.read.QueryRowContext(ctx, `SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM location l JOIN image i ON i.id = l.image
		WHERE i.status = 'kept' AND l.gone = '' AND l.kind <> 'url' GROUP BY l.image)`).Scan(&n)
	return n, c.fault(err)
}

// Leavings returns the files of removed images that are where ingest found them, by path, and counts the members of archives, which cannot
// leave. What an earlier apply has moved has left already.
func (c *Catalog) Leavings(ctx context.Context) (files []Leaving, members int, err error) {
	err = c.view(ctx, func(tx *sql.Tx) error {
		files, err = collect(ctx, tx, scanLeaving, `SELECT l.id, i.id, l.path, l.root, l.size, i.sha256 FROM location l JOIN image i ON i.id = l.image
			WHERE i.status = 'removed' AND l.gone = '' AND l.kind = 'file'
			AND NOT EXISTS (SELECT 1 FROM move m WHERE m.location = l.id AND m.state = 'moved' AND m.target = l.path) ORDER BY l.path`)
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM location l JOIN image i ON i.id = l.image
			WHERE i.status = 'removed' AND l.gone = '' AND l.kind = 'member'`).Scan(&members)
	})
	return files, members, err
}

func scanLeaving(r *sql.Rows) (l Leaving, err error) {
	err = r.Scan(&l.Location, &l.Image, &l.Path, &l.Root, &l.Size, &l.Hash)
	return l, err
}

// Roots returns the arguments of ingest under which there are live locations, by path.
func (c *Catalog) Roots(ctx context.Context) ([]string, error) {
	roots, err := collect(ctx, c.read, func(r *sql.Rows) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	}, "SELECT DISTINCT root FROM location WHERE gone = '' AND root <> '' ORDER BY root")
	return roots, c.fault(err)
}

// InTrash returns the live locations of files that apply moved into a trash.
func (c *Catalog) InTrash(ctx context.Context) ([]Live, error) {
	ls, err := collect(ctx, c.read, scanLive, `SELECT l.id, l.path, l.container, i.sha256 FROM move m JOIN location l ON l.id = m.location
		JOIN image i ON i.id = l.image WHERE m.trash <> '' AND m.state = 'moved' AND l.path = m.target AND l.gone = '' ORDER BY l.id`)
	return ls, c.fault(err)
}
