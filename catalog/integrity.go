package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Check looks the catalogue over (SQLite's integrity and foreign keys, and, when it is open for writing, statuses that are not what the
// facts say) and returns a sentence for each fault; none = whole.
func (c *Catalog) Check(ctx context.Context) ([]string, error) {
	said, err := collect(ctx, c.read, func(r *sql.Rows) (s string, err error) {
		err = r.Scan(&s)
		return s, err
	}, "PRAGMA integrity_check")
	if err != nil {
		return nil, c.fault(err)
	}
	if len(said) == 1 && said[0] == "ok" {
		said = nil
	}
	if err := foreignKeyFault(ctx, c.read); err != nil {
		said = append(said, err.Error())
	}
	if c.write == nil {
		return said, nil
	}
	stale := 0
	err = c.update(ctx, func(tx *sql.Tx) error {
		if stale, err = settleAll(ctx, tx); err != nil {
			return err
		}
		return errDryRun
	})
	if !errors.Is(err, errDryRun) {
		return said, err
	}
	if stale > 0 {
		said = append(said, fmt.Sprintf("%d images have a status that is not what the facts say", stale))
	}
	return said, nil
}
