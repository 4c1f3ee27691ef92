package catalog

import (
	"context"
	"database/sql"
	"errors"
	"iter"
)

// InForce says where the marks of a kind come from.
type InForce struct {
	Run       RunID // 0 = none recorded
	Threshold float64
}

// MarksInForce tells what made the marks of a kind; ok is false when no dedup of this kind has run.
func (c *Catalog) MarksInForce(ctx context.Context, kind PairKind) (in InForce, ok bool, err error) {
	err = c.read.QueryRowContext(ctx, "SELECT coalesce(run, 0), threshold FROM marks WHERE kind = ?", kind).Scan(&in.Run, &in.Threshold)
	if errors.Is(err, sql.ErrNoRows) {
		return in, false, nil
	}
	return in, err == nil, c.fault(err)
}

// ExactCopy is a further live location of an image.
type ExactCopy struct {
	Image       ImageID
	First, Path string // as stored; First is the image's first live location
}

// ExactCopies streams the live locations beyond the first of each image, by image and location: files that are the same to the byte.
func (c *Catalog) ExactCopies(ctx context.Context) iter.Seq2[ExactCopy, error] {
	return stream(ctx, c, func(r *sql.Rows) (e ExactCopy, err error) {
		err = r.Scan(&e.Image, &e.First, &e.Path)
		return e, err
	}, `SELECT l.image, f.path, l.path FROM (SELECT image, min(id) AS first FROM location WHERE gone = '' AND image IS NOT NULL GROUP BY image
			HAVING count(*) > 1) g
		JOIN location f ON f.id = g.first JOIN location l ON l.image = g.image AND l.gone = '' AND l.id <> g.first ORDER BY l.image, l.id`)
}
