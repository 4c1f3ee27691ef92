package catalog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// applicationID marks the SQLite file as a catalogue: "cura" in ASCII.
const applicationID = 0x63757261

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the layouts' steps in order: the first makes an empty file a catalogue of version 1, and so on.
func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(names))
	for i, n := range names { // Glob sorts
		b, err := migrationFiles.ReadFile(n)
		if err != nil {
			return nil, err
		}
		texts[i] = string(b)
	}
	return texts, nil
}

// migrate brings the file to the newest layout, each step in a transaction of its own, so that a kill between or within steps leaves a file
// that the next start takes further.
func migrate(ctx context.Context, db *sql.DB) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	for {
		done, err := migrateOnce(ctx, db, steps)
		if err != nil || done {
			return err
		}
	}
}

// migrateOnce takes one step; done when there was none left. The version is read inside the transaction, since another process may be
// migrating too.
func migrateOnce(ctx context.Context, db *sql.DB, steps []string) (done bool, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return false, err
	}
	if version >= len(steps) {
		return true, nil
	}
	text := fmt.Sprintf("%s;\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;", steps[version], applicationID, version+1)
	if _, err := tx.ExecContext(ctx, text); err != nil {
		return false, fmt.Errorf("bringing the layout from version %d to %d: %w", version, version+1, err)
	}
	if err := foreignKeyFault(ctx, tx); err != nil {
		return false, fmt.Errorf("bringing the layout from version %d to %d: %w", version, version+1, err)
	}
	return false, tx.Commit()
}

// foreignKeyFault tells of the first row that points to nothing.
func foreignKeyFault(ctx context.Context, q querier) error {
	var table, parent string
	var row, key sql.NullInt64
	err := q.QueryRowContext(ctx, "PRAGMA foreign_key_check").Scan(&table, &row, &parent, &key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("row %d of table %s points to a row of %s that is not there", row.Int64, table, parent)
}
