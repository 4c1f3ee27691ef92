package catalog

import (
	"context"
	"database/sql"
	"errors"
)

// Joined is what a comparison of all embeddings of a space covered and found: a saving, not a fact. The catalogue does not look into it; it
// drops it when an embedding of the space is replaced.
type Joined struct {
	Key  string // what must be as it was for Data to mean anything
	Data []byte
}

// SaveJoined keeps the last comparison of a space in place of the one before; one without data forgets it.
func (c *Catalog) SaveJoined(ctx context.Context, space SpaceID, j Joined) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		if len(j.Data) == 0 {
			return dropJoined(ctx, tx, space)
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO joined (space, key, data) VALUES (?, ?, ?) ON CONFLICT (space) DO UPDATE SET key = excluded.key, data = excluded.data",
			space, j.Key, j.Data)
		return err
	})
}

// JoinedOf returns the last comparison of a space, the zero value where there is none.
func (c *Catalog) JoinedOf(ctx context.Context, space SpaceID) (j Joined, err error) {
	err = c.read.QueryRowContext(ctx, "SELECT key, data FROM joined WHERE space = ?", space).Scan(&j.Key, &j.Data)
	if errors.Is(err, sql.ErrNoRows) {
		return Joined{}, nil
	}
	return j, c.fault(err)
}

func dropJoined(ctx context.Context, tx *sql.Tx, space SpaceID) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM joined WHERE space = ?", space)
	return err
}
