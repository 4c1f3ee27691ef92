package catalog

import (
	"context"
	"database/sql"
)

// IssueNames lists the issues that images were ever looked at for.
func (c *Catalog) IssueNames(ctx context.Context) ([]string, error) {
	names, err := collect(ctx, c.read, func(r *sql.Rows) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	}, issueNames)
	return names, c.fault(err)
}

// IssueScores returns the scores of one issue by image, flagged or not.
func (c *Catalog) IssueScores(ctx context.Context, name string) (map[ImageID]Issue, error) {
	out := map[ImageID]Issue{}
	err := each(ctx, c.read, func(r *sql.Rows) error {
		var id ImageID
		is := Issue{Name: name}
		err := r.Scan(&id, &is.Score, &is.Threshold, &is.Flagged)
		out[id] = is
		return err
	}, "SELECT image, score, threshold, flagged FROM issue WHERE name = ?", name)
	return out, c.fault(err)
}
