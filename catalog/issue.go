package catalog

import "context"

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

// SaveChecks replaces the issues of these images and notes the version of the checks, in one transaction.
func (c *Catalog) SaveChecks(ctx context.Context, version int, rs []Checked) error {
	return errUnwritten
}

// SetThreshold flags every image whose score of the issue reaches threshold, and unflags the others. Returns how many are flagged.
func (c *Catalog) SetThreshold(ctx context.Context, issue string, threshold float64) (int, error) {
	return 0, errUnwritten
}

// Issues returns the issues of an image, flagged first, then by score.
func (c *Catalog) Issues(ctx context.Context, id ImageID) ([]Issue, error) { return nil, errUnwritten }
