package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/mattn/go-sqlite3"
)

// querier is a transaction or a pool.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// update runs f in one writing transaction: all of it is done, or nothing.
func (c *Catalog) update(ctx context.Context, f func(tx *sql.Tx) error) error {
	if c.write == nil {
		return fmt.Errorf("catalogue %s was opened for reading", c.path)
	}
	tx, err := c.write.BeginTx(ctx, nil)
	if err != nil {
		return c.fault(err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return c.fault(err)
	}
	return c.fault(tx.Commit())
}

// updateSoon is update for who does not wait long for another writer, of this process or another one: patience says how long.
func (c *Catalog) updateSoon(ctx context.Context, patience time.Duration, f func(tx *sql.Tx) error) error {
	if c.write == nil {
		return fmt.Errorf("catalogue %s was opened for reading", c.path)
	}
	wait, stop := context.WithTimeout(ctx, patience)
	conn, err := c.write.Conn(wait)
	stop()
	if err != nil {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return &LockedError{Path: c.path, Brief: true}
		}
		return c.fault(err)
	}
	defer conn.Close()
	if err := waitUpTo(ctx, conn, patience); err != nil {
		return c.fault(err)
	}
	tx, err := conn.BeginTx(ctx, nil)
	err = errors.Join(err, waitUpTo(context.WithoutCancel(ctx), conn, busyPatience))
	if err != nil {
		if tx != nil {
			tx.Rollback()
		}
		err = c.fault(err)
		if locked := new(LockedError); errors.As(err, &locked) {
			locked.Brief = true
		}
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return c.fault(err)
	}
	return c.fault(tx.Commit())
}

// waitUpTo tells a connection how long it waits for another process that writes.
func waitUpTo(ctx context.Context, conn *sql.Conn, patience time.Duration) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", patience.Milliseconds()))
	return err
}

// view runs f on the catalogue as it is at one moment.
func (c *Catalog) view(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := c.read.BeginTx(ctx, nil)
	if err != nil {
		return c.fault(err)
	}
	defer tx.Rollback()
	return c.fault(f(tx))
}

// fault names the catalogue in errors of the database, and the process that holds it in those of waiting too long.
func (c *Catalog) fault(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked {
		if c.holding.Load() > 0 { // it is this process that has signed the lock, and another one that writes
			return &LockedError{Path: c.path}
		}
		pid, command := lockHolder(c.path + lockSuffix)
		return &LockedError{Path: c.path, PID: pid, Command: command}
	}
	return fmt.Errorf("catalogue %s: %w", c.path, sqliteReason(err, c.path))
}

// sqliteReason puts the faults that a user can do something about into words.
func sqliteReason(err error, path string) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return fmt.Errorf("the disk is full; nothing of this step was written: %w", err)
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return fmt.Errorf("the file is damaged; go back to a copy made by \"curate backup\", or move it away and ingest again: %w", err)
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return fmt.Errorf("the file or its folder cannot be written: %w", err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		pid, command := lockHolder(path + lockSuffix)
		return &LockedError{Path: path, PID: pid, Command: command}
	}
	return err
}

// collect reads all rows of a query with scan.
func collect[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// each calls f on every row of a query.
func each(ctx context.Context, q querier, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

const timeLayout = "2006-01-02T15:04:05.000000000Z"

// stamp is a time as stored; the zero time is the empty text.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

func now() string { return stamp(time.Now()) }

// unstamp reads a stored time; the empty text is the zero time.
func unstamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339Nano, s)
}

// stream is a query as a sequence. A fault is the last thing it yields.
func stream[T any](ctx context.Context, c *Catalog, scan func(*sql.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := each(ctx, c.read, func(r *sql.Rows) error {
			v, err := scan(r)
			if err != nil {
				return err
			}
			if !yield(v, nil) {
				return errStop
			}
			return nil
		}, query, args...)
		if err != nil && err != errStop {
			var none T
			yield(none, c.fault(err))
		}
	}
}

// countBy reads a query of two columns, a name and a number.
func countBy[K ~string](ctx context.Context, q querier, query string, args ...any) (map[K]int, error) {
	out := map[K]int{}
	err := each(ctx, q, func(r *sql.Rows) error {
		var k K
		var n int
		err := r.Scan(&k, &n)
		out[k] = n
		return err
	}, query, args...)
	return out, err
}

// errStop ends each early, without being an error to anyone.
var errStop = errors.New("enough")
