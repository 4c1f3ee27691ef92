package catalog

import (
	"context"
	"database/sql"
)

// Score is the score of one issue in one image.
type Score struct {
	Image ImageID
	Value float64 // 0 to 1
}

// SaveScores stores the scores of one issue that is about an image among others, such as its size, and so changes for images that were
// checked long ago. Other issues of the images stay. It is one transaction.
func (c *Catalog) SaveScores(ctx context.Context, issue string, threshold float64, scores []Score) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		for _, s := range scores {
			_, err := tx.ExecContext(ctx, `INSERT INTO issue (image, name, score, threshold, flagged) VALUES (?1, ?2, ?3, ?4, ?3 >= ?4)
				ON CONFLICT (image, name) DO UPDATE SET score = excluded.score, threshold = excluded.threshold, flagged = excluded.flagged
				WHERE score <> excluded.score OR threshold <> excluded.threshold`, s.Image, issue, s.Value, threshold)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
