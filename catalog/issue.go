package catalog

import (
	"context"
	"database/sql"
	"fmt"
)

// Issue is a fault found, or not found, in an image. Score is 0 to 1, higher is more of it; it is flagged from Threshold on.
type Issue struct {
	Name             string
	Score, Threshold float64
	Flagged          bool
}

// Checked is the result of the checks on one image: every issue with its score, flagged or not.
type Checked struct {
	Image  ImageID
	Issues []Issue
}

// SaveChecks replaces the issues of these images, except those AmongOthers, and notes the version of the checks, in one transaction.
func (c *Catalog) SaveChecks(ctx context.Context, version int, rs []Checked) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		for _, r := range rs {
			if err := saveChecked(ctx, tx, version, r); err != nil {
				return fmt.Errorf("checks of image %d: %w", r.Image, err)
			}
		}
		return nil
	})
}

func saveChecked(ctx context.Context, tx *sql.Tx, version int, r Checked) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM issue WHERE image = ? AND name NOT IN (SELECT value FROM json_each(?))", r.Image,
		list(AmongOthers())); err != nil {
		return err
	}
	for _, i := range r.Issues {
		if _, err := tx.ExecContext(ctx, "INSERT INTO issue (image, name, score, threshold, flagged) VALUES (?, ?, ?, ?, ?)", r.Image, i.Name,
			i.Score, i.Threshold, i.Flagged); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE image SET checked = ? WHERE id = ?", version, r.Image)
	return err
}

// SetThreshold flags every image whose score of the issue reaches threshold, and unflags the others. Returns how many are flagged.
func (c *Catalog) SetThreshold(ctx context.Context, issue string, threshold float64) (flagged int, err error) {
	err = c.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE issue SET threshold = ?1, flagged = score >= ?1
			WHERE name = ?2 AND (threshold <> ?1 OR flagged <> (score >= ?1))`, threshold, issue); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM issue WHERE name = ? AND flagged = 1", issue).Scan(&flagged)
	})
	return flagged, err
}

// Issues returns the issues of an image, flagged first, then by score.
func (c *Catalog) Issues(ctx context.Context, id ImageID) ([]Issue, error) {
	is, err := collect(ctx, c.read, func(r *sql.Rows) (i Issue, err error) {
		err = r.Scan(&i.Name, &i.Score, &i.Threshold, &i.Flagged)
		return i, err
	}, "SELECT name, score, threshold, flagged FROM issue WHERE image = ? ORDER BY flagged DESC, score DESC, name", id)
	return is, c.fault(err)
}
