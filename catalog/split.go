package catalog

import "context"

// Split is a part of the dataset; empty = in none.
type Split string

// The splits.
const (
	Train Split = "train"
	Val   Split = "val"
	Test  Split = "test"
)

// Assignment puts an image into a split.
type Assignment struct {
	Image ImageID
	Split Split
}

// AssignSplits makes this the split of the dataset, as one undoable step: images that are not named are in no split any more, except
// those of test, which stay in it. A test image that the assignments put elsewhere is a *StickyError, and nothing is written.
func (c *Catalog) AssignSplits(ctx context.Context, command string, run RunID, as []Assignment) error {
	return errUnwritten
}

// Splits returns the split of every image that is in one.
func (c *Catalog) Splits(ctx context.Context) (map[ImageID]Split, error) { return nil, errUnwritten }

// StickyError says that an image of the test split was to be moved out of it.
type StickyError struct {
	Image ImageID
	To    Split
}

// Error says why that is refused.
func (e *StickyError) Error() string { return "" }
