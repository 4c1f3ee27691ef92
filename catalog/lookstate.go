package catalog

import (
	"context"
	"database/sql"
)

// LookState names what a comparison of all pictures depends on: the images, their embeddings and what dedup and split said of them. Verdicts
// and moved files do not change it.
func (c *Catalog) LookState(ctx context.Context) (state string, err error) {
	err = c.read.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM image), 0) || '.' || (SELECT count(*) FROM embedding) || '.' ||
		coalesce((SELECT max(id) FROM journal WHERE kind NOT IN ('verdicts', ?)), 0) || '.' || (SELECT count(*) FROM journal WHERE undone <> 0 AND kind NOT IN ('verdicts', ?))`,
		KindApply, KindApply).Scan(&state)
	return state, c.fault(err)
}

// Answered returns the images on which a verdict says what their label, or subject, is.
func (c *Catalog) Answered(ctx context.Context, kind VerdictKind) (map[ImageID]string, error) {
	out := map[ImageID]string{}
	err := each(ctx, c.read, func(r *sql.Rows) error {
		var id ImageID
		var value string
		err := r.Scan(&id, &value)
		out[id] = value
		return err
	}, "SELECT i.id, v.value FROM verdict v JOIN image i ON i.sha256 = v.a WHERE v.topic = ?", kind)
	return out, c.fault(err)
}
