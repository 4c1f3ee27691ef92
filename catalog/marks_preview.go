package catalog

import (
	"context"
	"database/sql"
	"errors"
)

// PreviewMarks tells what ReplaceMarks would come to, and does nothing. Step is 0.
func (c *Catalog) PreviewMarks(ctx context.Context, m Marks) (n MarkCounts, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		if n, err = putMarks(ctx, tx, m); err != nil {
			return err
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return n, err
}
