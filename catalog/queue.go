package catalog

import (
	"context"
	"iter"
)

// Work is one image that a stage has yet to look at, with where to read it.
type Work struct {
	Image         ImageID
	Hash          Hash
	Bytes         int64
	Format        string
	Width, Height int
	Path          string // a live location
	Kind          LocationKind
	Container     string
}

// Need says what the images of a queue lack. Exactly one field is set.
type Need struct {
	Check int     // not yet through the checks of this version
	PHash int     // no perceptual hash of this version
	Space SpaceID // no embedding in this space
}

// Queue streams the usable images (not invalid, not missing) that lack something, by number. It holds no read lock between pages, so the
// stage may write results while it reads; it ends when no image with a larger number lacks it.
func (c *Catalog) Queue(ctx context.Context, n Need) iter.Seq2[Work, error] { return nil }

// QueueLen is the number of images that Queue would stream now.
func (c *Catalog) QueueLen(ctx context.Context, n Need) (int, error) { return 0, errUnwritten }
