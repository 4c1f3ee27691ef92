package catalog

import (
	"context"
	"time"
)

// Status is what becomes of an image in the curated set. It is derived, never set: see Derive.
type Status string

// The five statuses.
const (
	Kept    Status = "kept"
	Removed Status = "removed"
	Review  Status = "review"
	Invalid Status = "invalid"
	Missing Status = "missing" // no location left
)

// Statuses lists them in the order of the funnel.
func Statuses() []Status { return []Status{Kept, Removed, Review, Invalid, Missing} }

// PHash is an image's perceptual hash in each of the eight orientations (EXIF order 1 to 8, at index 0 to 7).
type PHash [8]uint64

// Content is what ingest learnt from one file's bytes.
type Content struct {
	Hash  Hash
	Bytes int64
	// Format as sniffed ("jpeg", "png", ...). Empty with an empty Invalid means: only the hash was taken, because the caller knows
	// (ImageByHash) that this content is recorded already.
	Format        string
	Width, Height int // upright, pixels
	Orientation   int // EXIF 1 to 8; 0 = none given
	Frames, Bits  int
	Mode          string // grey, rgb, rgba, palette, cmyk, ...
	PHash         *PHash // nil = not measured
	PHashVersion  int    // version of the hashing that made PHash
	Metadata      map[string]any
	Invalid       string // why it is no usable picture; empty = usable
}

// Image is one distinct content with what is derived of it.
type Image struct {
	ID ImageID
	Content
	Added   time.Time
	Checked int // version of the fault checks it went through, 0 = none

	Status Status
	Reason Reason
	// Said of the image: by verdict, else by its locations where they agree, else empty. Conflict names the fields in which they disagree
	// and no verdict decides.
	Label, Subject, Source, Generator, Prompt string
	Conflict                                  []string
}

// ImageByHash returns the image with this content, or ErrNoImage.
func (c *Catalog) ImageByHash(ctx context.Context, h Hash) (Image, error) {
	return Image{}, errUnwritten
}

// ImageByID returns one image, or ErrNoImage.
func (c *Catalog) ImageByID(ctx context.Context, id ImageID) (Image, error) {
	return Image{}, errUnwritten
}

// HasImages tells which of these contents are recorded already, and under which number: one query for all.
func (c *Catalog) HasImages(ctx context.Context, hs []Hash) (map[Hash]ImageID, error) {
	return nil, errUnwritten
}
