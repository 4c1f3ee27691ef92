package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Relocate rewrites the stored paths at old or beneath it (by path boundary) to new: a root has moved. Both are stored paths (Canonical).
// One undoable step; refused, naming the path, when other content is recorded under new already; where the same content is, the old
// location is noted as gone. Returns how many locations changed.
func (c *Catalog) Relocate(ctx context.Context, command, old, new string) (n int, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		t := newTracker(ctx, tx, command, "relocate")
		rows, err := locationsUnder(ctx, tx, old)
		if err != nil {
			return err
		}
		sortForMove(rows, old, new)
		for _, l := range rows {
			if err := t.relocate(l, old, new); err != nil {
				return err
			}
		}
		n = len(rows)
		_, err = t.end(fmt.Sprintf("%s is %s now: %d locations", old, new, n))
		return err
	})
	return n, err
}

func locationsUnder(ctx context.Context, q querier, path string) ([]Location, error) {
	where, args := atOrBeneath(path)
	return collect(ctx, q, scanLocation, "SELECT "+locationColumns+" FROM location l WHERE "+where+" ORDER BY l.id", args...)
}

// sortForMove puts the rows in an order in which no path is taken before its own row has left it: deepest first when new lies beneath old,
// shallowest first otherwise.
func sortForMove(ls []Location, old, new string) {
	sign := 1
	if strings.HasPrefix(new, old) {
		sign = -1
	}
	slices.SortStableFunc(ls, func(a, b Location) int { return sign * (strings.Count(a.Path, "/") - strings.Count(b.Path, "/")) })
}

func (t *tracker) relocate(l Location, old, new string) error {
	ref := rowRef{"location", []any{l.ID}}
	path := rebase(l.Path, old, new)
	if l.Gone.IsZero() {
		there, err := collect(t.ctx, t.tx, scanLocation, "SELECT "+locationColumns+" FROM location l WHERE l.path = ? AND l.gone = '' AND l.id <> ?",
			path, l.ID)
		if err != nil {
			return err
		}
		if len(there) > 0 && there[0].Image != l.Image {
			return fmt.Errorf("cannot relocate %s: other content is recorded at %s already; \"curate forget\" one of the two first", l.Path, path)
		}
		if len(there) > 0 {
			return t.change(ref, func() error {
				return t.exec("UPDATE location SET gone = ? WHERE id = ?", now(), l.ID)
			})
		}
	}
	return t.change(ref, func() error {
		return t.exec("UPDATE location SET path = ?, container = ?, root = ? WHERE id = ?", path, rebase(l.Container, old, new),
			rebase(l.Root, old, new), l.ID)
	})
}

func (t *tracker) exec(query string, args ...any) error {
	_, err := t.tx.ExecContext(t.ctx, query, args...)
	return err
}

// rebase replaces old by new at the start of path, if path is old or lies beneath it.
func rebase(path, old, new string) string {
	if path == old {
		return new
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(old, "/")+"/"); ok {
		return strings.TrimSuffix(new, "/") + "/" + rest
	}
	return path
}

// Forgetting says which locations to drop: at a stored path or beneath it, or of a source. Exactly one is set.
type Forgetting struct{ Path, Source string }

// Forget drops locations; images, verdicts and measurements stay. One undoable step. Returns how many were dropped.
func (c *Catalog) Forget(ctx context.Context, command string, what Forgetting) (n int, err error) {
	if (what.Path == "") == (what.Source == "") {
		return 0, errors.New("forget takes either a path or a source")
	}
	err = c.update(ctx, func(tx *sql.Tx) error {
		rows, err := locationsUnder(ctx, tx, what.Path)
		if what.Source != "" {
			rows, err = collect(ctx, tx, scanLocation, "SELECT "+locationColumns+" FROM location l WHERE l.source = ? ORDER BY l.id", what.Source)
		}
		if err != nil {
			return err
		}
		t := newTracker(ctx, tx, command, "forget")
		for _, l := range rows {
			ref := rowRef{"location", []any{l.ID}}
			if err := t.change(ref, func() error { return ref.drop(ctx, tx) }); err != nil {
				return err
			}
		}
		n = len(rows)
		_, err = t.end(fmt.Sprintf("forgot %d locations of %s%s", n, what.Path, what.Source))
		return err
	})
	return n, err
}
