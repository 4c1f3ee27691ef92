package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Split is a part of the dataset; empty = in none.
type Split string

// The splits.
const (
	Train Split = "train"
	Val   Split = "val"
	Test  Split = "test"
)

// Assignment puts an image into a split.
type Assignment struct {
	Image ImageID
	Split Split
}

// AssignSplits makes this the split of the dataset, as one undoable step: images that are not named are in no split any more, except
// those of test, which stay in it. A test image that the assignments put elsewhere is a *StickyError, and nothing is written.
func (c *Catalog) AssignSplits(ctx context.Context, command string, run RunID, as []Assignment) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		old, err := splits(ctx, tx)
		if err != nil {
			return err
		}
		next, err := nextSplits(old, as)
		if err != nil {
			return err
		}
		t := newTracker(ctx, tx, command, kindSplit)
		counts := map[string]int{}
		for _, id := range slices.Sorted(maps.Keys(next)) {
			counts[string(next[id])]++
			if old[id] == next[id] {
				continue
			}
			if err := t.assign(id, old[id], next[id], run); err != nil {
				return err
			}
		}
		for _, id := range slices.Sorted(maps.Keys(old)) {
			if _, stays := next[id]; stays {
				continue
			}
			if err := t.change(rowRef{"split", []any{id}}, func() error { return t.exec("DELETE FROM split WHERE image = ?", id) }); err != nil {
				return err
			}
		}
		_, err = t.end(summarise([]string{"train", "val", "test"}, counts))
		return err
	})
}

// kindSplit is the kind of the journal's steps that assigned splits.
const kindSplit = "split"

// nextSplits is the split after the assignments.
func nextSplits(old map[ImageID]Split, as []Assignment) (map[ImageID]Split, error) {
	next := make(map[ImageID]Split, len(as))
	for id, s := range old {
		if s == Test {
			next[id] = Test
		}
	}
	for _, a := range as {
		if next[a.Image] == Test && old[a.Image] == Test && a.Split != Test {
			return nil, &StickyError{Image: a.Image, To: a.Split}
		}
		if a.Split != Train && a.Split != Val && a.Split != Test {
			return nil, fmt.Errorf("image %d: no split is called %q", a.Image, a.Split)
		}
		next[a.Image] = a.Split
	}
	return next, nil
}

// assign writes one row and its change, without reading it back: there are as many as images.
func (t *tracker) assign(id ImageID, old, next Split, run RunID) error {
	ref := rowRef{"split", []any{id}}
	if old != "" {
		return t.change(ref, func() error {
			return t.exec("UPDATE split SET split = ?, run = ? WHERE image = ?", next, nullID(run), id)
		})
	}
	if err := t.begin(); err != nil {
		return err
	}
	if err := t.exec("INSERT INTO split (image, split, run) VALUES (?, ?, ?)", id, next, nullID(run)); err != nil {
		return err
	}
	return t.note(ref, nil, rowValues{"image": id, "split": string(next), "run": nullID(run)})
}

func splits(ctx context.Context, q querier) (map[ImageID]Split, error) {
	out := map[ImageID]Split{}
	err := each(ctx, q, func(r *sql.Rows) error {
		var id ImageID
		var s Split
		err := r.Scan(&id, &s)
		out[id] = s
		return err
	}, "SELECT image, split FROM split")
	return out, err
}

// Splits returns the split of every image that is in one.
func (c *Catalog) Splits(ctx context.Context) (map[ImageID]Split, error) {
	out, err := splits(ctx, c.read)
	return out, c.fault(err)
}

// learntSince refuses to take back a split from which a model has learnt since: its test images could land in train, and the model's figures
// would be of pictures that it has seen.
func learntSince(ctx context.Context, tx *sql.Tx, s Step) error {
	var name string
	err := tx.QueryRowContext(ctx, "SELECT name FROM run WHERE kind = 'train' AND started > ? ORDER BY id LIMIT 1", stamp(s.Time)).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var next StepID
	var command, hint string
	err = tx.QueryRowContext(ctx, "SELECT id, command FROM journal WHERE "+lastStanding+" LIMIT 1").Scan(&next, &command)
	switch {
	case err == nil:
		hint = fmt.Sprintf("; the last step that can be undone is %d (%s): \"curate undo %d\"", next, command, next)
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	return fmt.Errorf("cannot undo step %d: run %s has learnt from this split; a new \"curate split\" keeps its test images%s", s.ID, name, hint)
}

// StickyError says that an image of the test split was to be moved out of it.
type StickyError struct {
	Image ImageID
	To    Split
}

// Error says why that is refused.
func (e *StickyError) Error() string {
	return fmt.Sprintf("image %d is in the test split and cannot go to %s: what was tested on must never be learnt from", e.Image, e.To)
}
