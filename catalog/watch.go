package catalog

import (
	"context"
	"database/sql"
)

// Watch tells whether anything in the catalogue has changed, whoever changed it, so
// that what was worked out of it need not be worked out again. It must be closed.
type Watch struct {
	c    *Catalog
	conn *sql.Conn // one that never writes: SQLite counts what all others commit
}

// Watch starts a watch.
func (c *Catalog) Watch(ctx context.Context) (*Watch, error) {
	conn, err := c.read.Conn(ctx)
	if err != nil {
		return nil, c.fault(err)
	}
	return &Watch{c, conn}, nil
}

// Version changes with every transaction that has changed the catalogue.
func (w *Watch) Version(ctx context.Context) (v int64, err error) {
	err = w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v)
	return v, w.c.fault(err)
}

// Close ends the watch.
func (w *Watch) Close() error { return w.conn.Close() }
