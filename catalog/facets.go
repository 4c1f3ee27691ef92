package catalog

import (
	"context"
	"database/sql"
)

// Facets counts the images that a filter chooses by what else could be chosen of them: field, then value; "" = not said.
type Facets struct {
	Total int
	By    map[string]map[string]int // status, label, subject, generator, source, format, split, issue
}

// facetColumns are the fields that an image itself has, in the order of the index on them.
var facetColumns = []string{"status", "label", "subject", "generator", "source", "format"}

// Facets counts, as of one moment. An image of several sources or generators counts as one whose source is not said.
func (c *Catalog) Facets(ctx context.Context, f Filter) (out Facets, err error) {
	out.By = map[string]map[string]int{"split": {}, "issue": {}}
	for _, name := range facetColumns {
		out.By[name] = map[string]int{}
	}
	err = c.view(ctx, func(tx *sql.Tx) error {
		where, err := f.narrowed(ctx, tx)
		if err != nil {
			return err
		}
		if err := out.countColumns(ctx, tx, where); err != nil {
			return err
		}
		if out.By["split"], err = countBy[string](ctx, tx, `SELECT coalesce(s.split, ''), count(*) FROM image i LEFT JOIN split s ON s.image = i.id
			WHERE `+where.String()+" GROUP BY 1", where.args...); err != nil {
			return err
		}
		out.By["issue"], err = countBy[string](ctx, tx, `SELECT s.name, count(*) FROM issue s CROSS JOIN image i ON i.id = s.image
			WHERE s.flagged = 1 AND s.name IN (`+issueNames+") AND "+where.String()+" GROUP BY 1", where.args...)
		return err
	})
	return out, err
}

// narrowed is where for several queries: words of the prompt are looked for once, in the order of the rows, and not of an index that lacks them.
func (f Filter) narrowed(ctx context.Context, tx *sql.Tx) (*clause, error) {
	where := f.where()
	if len(f.Prompt) == 0 {
		return where, nil
	}
	ids, err := collect(ctx, tx, scanID, "SELECT i.id FROM image i NOT INDEXED WHERE "+where.String(), where.args...)
	return Filter{IDs: append([]ImageID{}, ids...)}.where(), err
}

// issueNames are the names of all issues that were ever scored, by jumps through their index.
const issueNames = `WITH RECURSIVE n (name) AS (SELECT (SELECT min(name) FROM issue) UNION ALL
	SELECT (SELECT min(s.name) FROM issue s WHERE s.name > n.name) FROM n WHERE n.name IS NOT NULL) SELECT name FROM n WHERE name IS NOT NULL`

func (out *Facets) countColumns(ctx context.Context, tx *sql.Tx, where *clause) error {
	return each(ctx, tx, func(r *sql.Rows) error {
		var v [6]string
		var n int
		if err := r.Scan(&v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &n); err != nil {
			return err
		}
		for k, name := range facetColumns {
			out.By[name][v[k]] += n
		}
		out.Total += n
		return nil
	}, `SELECT i.status, i.label, i.subject, i.generator, i.source, i.format, count(*) FROM image i WHERE `+where.String()+" GROUP BY 1, 2, 3, 4, 5, 6",
		where.args...)
}

// Shape is how many images (kept, or in review) of a label have a format and a size.
type Shape struct {
	Label, Format string
	Side          int // of the shorter side, the largest power of two that it reaches
	Images        int
}

// Shapes counts the images that are kept or in review by what their files give away without a look at them.
func (c *Catalog) Shapes(ctx context.Context) ([]Shape, error) {
	out, err := collect(ctx, c.read, func(r *sql.Rows) (s Shape, err error) {
		err = r.Scan(&s.Label, &s.Format, &s.Side, &s.Images)
		return s, err
	}, `SELECT label, format, CASE WHEN side < 64 THEN 32 WHEN side < 128 THEN 64 WHEN side < 256 THEN 128 WHEN side < 512 THEN 256 WHEN side < 1024 THEN 512
			WHEN side < 2048 THEN 1024 WHEN side < 4096 THEN 2048 ELSE 4096 END, count(*)
		FROM (SELECT label, format, min(width, height) AS side FROM image WHERE status IN ('kept', 'review')) GROUP BY 1, 2, 3`)
	return out, c.fault(err)
}

// Anchors returns the numbers of the images that pages of a list come after, the first of them 0: page k of a filter is After its anchor,
// with the pages' length as Limit. So a list can be entered anywhere. total is the length of the whole list.
func (c *Catalog) Anchors(ctx context.Context, f Filter, page int) (anchors []ImageID, total int, err error) {
	where := f.where()
	anchors = []ImageID{0}
	err = c.view(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM image i WHERE "+where.String(), where.args...).Scan(&total); err != nil {
			return err
		}
		more, err := collect(ctx, tx, scanID, "SELECT id FROM (SELECT i.id, row_number() OVER (ORDER BY i.id) AS n FROM image i WHERE "+where.String()+`)
			WHERE n % ? = 0 AND n < ? ORDER BY id`, append(where.args, page, total)...)
		anchors = append(anchors, more...)
		return err
	})
	return anchors, total, err
}
