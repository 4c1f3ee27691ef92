package catalog

import (
	"context"
	"database/sql"
	"fmt"
)

// Issues that are about an image among others, which have commands of their own. The checks of single pictures leave them alone.
const (
	IssueOutlier         = "outlier"
	IssueMislabelSubject = "mislabel"
	IssueMislabelLabel   = "mislabel_label"
)

// AmongOthers lists them.
func AmongOthers() []string { return []string{IssueOutlier, IssueMislabelSubject, IssueMislabelLabel} }

// ReplaceScores is SaveScores for all images at once: those that are not among scores lose theirs. It is one transaction.
func (c *Catalog) ReplaceScores(ctx context.Context, issue string, threshold float64, scores []Score) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM issue WHERE name = ?", issue); err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, "INSERT INTO issue (image, name, score, threshold, flagged) VALUES (?1, ?2, ?3, ?4, ?3 >= ?4)")
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, s := range scores {
			if _, err := insert.ExecContext(ctx, s.Image, issue, s.Value, threshold); err != nil {
				return fmt.Errorf("score of image %d: %w", s.Image, err)
			}
		}
		return nil
	})
}

// HasScores tells whether any image was ever scored for an issue.
func (c *Catalog) HasScores(ctx context.Context, issue string) (yes bool, err error) {
	err = c.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM issue WHERE name = ?)", issue).Scan(&yes)
	return yes, c.fault(err)
}
