package catalog

import "context"

// Embedded tells how many images have an embedding in a space, and which one was taken in last: together they tell whether there are more.
func (c *Catalog) Embedded(ctx context.Context, space SpaceID) (n int, last ImageID, err error) {
	err = c.read.QueryRowContext(ctx, "SELECT count(*), coalesce(max(image), 0) FROM embedding WHERE space = ?", space).Scan(&n, &last)
	return n, last, c.fault(err)
}
