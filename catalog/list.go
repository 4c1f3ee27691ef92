package catalog

import (
	"context"
	"database/sql"
	"iter"
)

// Row is one image with everything that `curate images` prints.
type Row struct {
	Image
	Path      string   // first live location, else the last one that left; as stored
	Locations []string // live ones
	Issues    []string // flagged, by name
	Cluster   ClusterID
	Similar   ClusterID // cluster of look-alikes
	Split     Split
}

// listPage is how many images are read with one set of queries.
const listPage = 1000

// Images streams the images that f chooses, by number, as of one moment. The number of queries does not depend on the number of
// images, but on pages of 1,000.
func (c *Catalog) Images(ctx context.Context, f Filter) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := c.view(ctx, func(tx *sql.Tx) error {
			left := f.Limit
			for {
				page, err := readPage(ctx, tx, f, left)
				if err != nil {
					return err
				}
				for i := range page {
					if !yield(page[i], nil) {
						return errStop
					}
					f.After = page[i].ID
				}
				if left -= len(page); len(page) < listPage || f.Limit > 0 && left <= 0 {
					return nil
				}
			}
		})
		if err != nil && err != errStop {
			yield(Row{}, err)
		}
	}
}

// readPage reads the next images after f.After: at most a page, and at most left of them when there is a limit.
func readPage(ctx context.Context, tx *sql.Tx, f Filter, left int) ([]Row, error) {
	n := listPage
	if f.Limit > 0 {
		n = min(n, left)
	}
	where := f.where()
	where.and("i.id > ?", f.After)
	ims, err := collect(ctx, tx, scanImage, "SELECT "+imageColumns+" FROM image i WHERE "+where.String()+" ORDER BY i.id LIMIT ?",
		append(where.args, n)...)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, len(ims))
	byID := make(map[ImageID]*Row, len(ims))
	ids := make([]ImageID, len(ims))
	for i, im := range ims {
		rows[i].Image = im
		byID[im.ID], ids[i] = &rows[i], im.ID
	}
	return rows, fillRows(ctx, tx, byID, list(ids))
}

// fillRows adds what other tables know of a page of images: one query for each table.
func fillRows(ctx context.Context, tx *sql.Tx, rows map[ImageID]*Row, ids string) error {
	for _, fill := range []func(context.Context, *sql.Tx, map[ImageID]*Row, string) error{fillLocations, fillIssues, fillClusters, fillSplits} {
		if err := fill(ctx, tx, rows, ids); err != nil {
			return err
		}
	}
	return nil
}

func fillLocations(ctx context.Context, tx *sql.Tx, rows map[ImageID]*Row, ids string) error {
	return each(ctx, tx, func(r *sql.Rows) error {
		var id ImageID
		var path string
		var live bool
		err := r.Scan(&id, &path, &live)
		row := rows[id]
		if live {
			row.Locations = append(row.Locations, path)
		}
		if row.Path == "" {
			row.Path = path
		}
		return err
	}, "SELECT image, path, gone = '' FROM location WHERE image IN (SELECT value FROM json_each(?)) ORDER BY gone <> '', gone DESC, id", ids)
}

func fillIssues(ctx context.Context, tx *sql.Tx, rows map[ImageID]*Row, ids string) error {
	return each(ctx, tx, func(r *sql.Rows) error {
		var id ImageID
		var name string
		err := r.Scan(&id, &name)
		rows[id].Issues = append(rows[id].Issues, name)
		return err
	}, "SELECT image, name FROM issue WHERE flagged = 1 AND image IN (SELECT value FROM json_each(?)) ORDER BY image, name", ids)
}

func fillClusters(ctx context.Context, tx *sql.Tx, rows map[ImageID]*Row, ids string) error {
	return each(ctx, tx, func(r *sql.Rows) error {
		var id ImageID
		var kind PairKind
		var cluster ClusterID
		err := r.Scan(&id, &kind, &cluster)
		if kind == CopyPair {
			rows[id].Cluster = cluster
		} else {
			rows[id].Similar = cluster
		}
		return err
	}, "SELECT image, kind, cluster FROM member WHERE image IN (SELECT value FROM json_each(?))", ids)
}

func fillSplits(ctx context.Context, tx *sql.Tx, rows map[ImageID]*Row, ids string) error {
	return each(ctx, tx, func(r *sql.Rows) error {
		var id ImageID
		var s Split
		err := r.Scan(&id, &s)
		rows[id].Split = s
		return err
	}, "SELECT image, split FROM split WHERE image IN (SELECT value FROM json_each(?))", ids)
}

// CountImages tells how many images f chooses (Limit and After apart).
func (c *Catalog) CountImages(ctx context.Context, f Filter) (n int, err error) {
	where := f.where()
	err = c.read.QueryRowContext(ctx, "SELECT count(*) FROM image i WHERE "+where.String(), where.args...).Scan(&n)
	return n, c.fault(err)
}
