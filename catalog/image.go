package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
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

// imageColumns are the columns that scanImage reads, in its order, of image i and the path of its reason's image.
const imageColumns = `i.id, i.added, i.checked, i.status, i.cause, coalesce(i.cause_of, 0), i.similarity, i.note,
	coalesce((SELECT path FROM location WHERE image = i.cause_of ORDER BY gone <> '', id LIMIT 1), ''),
	i.label, i.subject, i.source, i.generator, i.prompt, i.conflict, ` + contentColumns

func scanImage(r *sql.Rows) (im Image, err error) {
	var added, conflict string
	targets, finish := contentTargets(&im.Content)
	err = r.Scan(append([]any{&im.ID, &added, &im.Checked, &im.Status, &im.Reason.Cause, &im.Reason.Of, &im.Reason.Similarity, &im.Reason.Note,
		&im.Reason.OfPath, &im.Label, &im.Subject, &im.Source, &im.Generator, &im.Prompt, &conflict}, targets...)...)
	if err != nil {
		return im, err
	}
	if conflict != "" {
		im.Conflict = strings.Split(conflict, ",")
	}
	if im.Added, err = unstamp(added); err != nil {
		return im, err
	}
	return im, finish()
}

// ImageByHash returns the image with this content, or ErrNoImage.
func (c *Catalog) ImageByHash(ctx context.Context, h Hash) (Image, error) {
	return c.oneImage(ctx, "i.sha256 = ?", h)
}

// ImageByID returns one image, or ErrNoImage.
func (c *Catalog) ImageByID(ctx context.Context, id ImageID) (Image, error) {
	return c.oneImage(ctx, "i.id = ?", id)
}

// ImagesByID returns these images by number; those that are not there are left out.
func (c *Catalog) ImagesByID(ctx context.Context, ids []ImageID) (map[ImageID]Image, error) {
	ims, err := collect(ctx, c.read, scanImage, "SELECT "+imageColumns+" FROM image i WHERE i.id IN (SELECT value FROM json_each(?))", list(ids))
	out := make(map[ImageID]Image, len(ims))
	for _, im := range ims {
		out[im.ID] = im
	}
	return out, c.fault(err)
}

func (c *Catalog) oneImage(ctx context.Context, where string, arg any) (Image, error) {
	ims, err := collect(ctx, c.read, scanImage, "SELECT "+imageColumns+" FROM image i WHERE "+where, arg)
	if err != nil {
		return Image{}, c.fault(err)
	}
	if len(ims) == 0 {
		return Image{}, fmt.Errorf("%w: %v", ErrNoImage, arg)
	}
	return ims[0], nil
}

// HasImages tells which of these contents are recorded already, and under which number.
func (c *Catalog) HasImages(ctx context.Context, hs []Hash) (map[Hash]ImageID, error) {
	out := make(map[Hash]ImageID)
	names := make([]string, len(hs))
	for i, h := range hs {
		names[i] = h.String()
	}
	err := each(ctx, c.read, func(r *sql.Rows) error {
		var h Hash
		var id ImageID
		err := r.Scan(&h, &id)
		out[h] = id
		return err
	}, "SELECT sha256, id FROM image WHERE sha256 IN (SELECT unhex(value) FROM json_each(?))", list(names))
	return out, c.fault(err)
}
