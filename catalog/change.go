package catalog

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// journaled are the tables whose rows can be taken back, with their keys.
var journaled = map[string][]string{
	"location": {"id"},
	"verdict":  {"topic", "a", "b"},
	"split":    {"image"},
}

// rowRef names a row of a journaled table by the values of its key.
type rowRef struct {
	table string
	key   []any
}

// String is the key as it stands in the journal: parts with a slash between, blobs in hexadecimal.
func (r rowRef) String() string {
	parts := make([]string, len(r.key))
	for i, v := range r.key {
		switch v := v.(type) {
		case []byte:
			parts[i] = hex.EncodeToString(v)
		default:
			parts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(parts, "/")
}

// parseRef reads a key as String writes it.
func parseRef(table, key string) (rowRef, error) {
	parts := strings.Split(key, "/")
	names, ok := journaled[table]
	if !ok || len(parts) != len(names) {
		return rowRef{}, fmt.Errorf("the journal names row %q of table %q", key, table)
	}
	r := rowRef{table: table, key: make([]any, len(parts))}
	for i, p := range parts {
		var err error
		switch {
		case table != "verdict":
			r.key[i], err = strconv.ParseInt(p, 10, 64)
		case i == 0:
			r.key[i] = p
		default:
			var b []byte
			b, err = hex.DecodeString(p)
			r.key[i] = append([]byte{}, b...)
		}
		if err != nil {
			return rowRef{}, fmt.Errorf("the journal names row %q of table %q: %w", key, table, err)
		}
	}
	return r, nil
}

func (r rowRef) where() string {
	return strings.Join(journaled[r.table], " = ? AND ") + " = ?"
}

// load reads the row as it is now; nil when it is not there.
func (r rowRef) load(ctx context.Context, q querier) (rowValues, error) {
	rows, err := q.QueryContext(ctx, "SELECT * FROM "+r.table+" WHERE "+r.where(), r.key...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, rows.Err()
	}
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values := make([]any, len(names))
	targets := make([]any, len(names))
	for i := range values {
		targets[i] = &values[i]
	}
	if err := rows.Scan(targets...); err != nil {
		return nil, err
	}
	out := make(rowValues, len(names))
	for i, n := range names {
		out[n] = values[i]
	}
	return out, rows.Err()
}

func (r rowRef) drop(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM "+r.table+" WHERE "+r.where(), r.key...)
	return err
}

func (r rowRef) insert(ctx context.Context, tx *sql.Tx, row rowValues) error {
	names := slices.Sorted(maps.Keys(row))
	args := make([]any, len(names))
	for i, n := range names {
		args[i] = row[n]
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(names)), ", ")
	_, err := tx.ExecContext(ctx, "INSERT INTO "+r.table+" ("+strings.Join(names, ", ")+") VALUES ("+marks+")", args...)
	return err
}

func (r rowRef) set(ctx context.Context, tx *sql.Tx, row rowValues) error {
	names := slices.Sorted(maps.Keys(row))
	args := make([]any, len(names))
	for i, n := range names {
		args[i] = row[n]
	}
	_, err := tx.ExecContext(ctx, "UPDATE "+r.table+" SET "+strings.Join(names, " = ?, ")+" = ? WHERE "+r.where(), append(args, r.key...)...)
	return err
}

// errOverlap: the row is neither as the step left it nor as it is wanted.
var errOverlap = errors.New("the row was changed since")

// turn brings a row from one recorded state to another: nil = not there, else some of its columns. A row that is as wanted already is let be.
func (r rowRef) turn(ctx context.Context, tx *sql.Tx, from, to rowValues) error {
	current, err := r.load(ctx, tx)
	if err != nil {
		return err
	}
	switch {
	case to == nil && current == nil, to != nil && current != nil && to.within(current):
		return nil
	case from == nil && current == nil:
		err = r.insert(ctx, tx, to)
	case from == nil || current == nil || !from.within(current):
		return errOverlap
	case to == nil:
		err = r.drop(ctx, tx)
	default:
		err = r.set(ctx, tx, to)
	}
	var e sqlite3.Error
	if errors.As(err, &e) && e.Code == sqlite3.ErrConstraint {
		return errOverlap
	}
	return err
}
