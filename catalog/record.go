package catalog

import (
	"context"
	"database/sql"
	"fmt"
)

// Sighting is one file, member or URL as ingest found it.
type Sighting struct {
	Path      string
	Kind      LocationKind
	Container string
	Root      string
	Size      int64
	ModTime   int64 // Unix nanoseconds
	Inode     uint64
	Origin    Origin // fields that are not empty replace what is recorded, empty ones keep it

	// Content is nil when the bytes are those already recorded for this path (size and time unchanged): only Origin, Root and times are
	// taken. It is also nil when Problem says why the file could not be read.
	Content *Content
	Problem string
	// MovedFrom is a location with the same content whose file is gone: its row takes this path and keeps its number and what was said
	// of it. 0 = not moved.
	MovedFrom LocationID
}

// Outcome is what a sighting meant.
type Outcome int

// What Record can say of a sighting.
const (
	Unchanged Outcome = iota // known, nothing written but perhaps new provenance
	Added                    // new path
	Changed                  // known path, other content
	Moved                    // known content whose old path is gone
)

// Recorded is the answer to one sighting.
type Recorded struct {
	Outcome  Outcome
	Location LocationID
	Image    ImageID // 0 when the file could not be read
	NewImage bool    // no other location had this content before
	Invalid  bool    // the content is no usable picture, or the file could not be read
}

// Record writes sightings in one transaction (some hundred at a time is best) and settles the images they touch. The answers are in the
// order of the sightings. A path whose content changed keeps its old content as a gone location, so that the old image stays findable with
// its verdicts; label and provenance of the path go on to the new content. Recording the same again changes nothing.
func (c *Catalog) Record(ctx context.Context, s []Sighting) ([]Recorded, error) {
	out := make([]Recorded, len(s))
	err := c.update(ctx, func(tx *sql.Tx) error {
		r := recorder{ctx: ctx, tx: tx, touched: map[ImageID]bool{}}
		for i := range s {
			var err error
			if out[i], err = r.record(&s[i]); err != nil {
				return fmt.Errorf("recording %s: %w", s[i].Path, err)
			}
		}
		return settleSet(ctx, tx, r.touched)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// MarkGone records that these locations are no longer there and settles their images: an image with no location left becomes missing, and
// the next best copy takes a missing keeper's place. Returns how many were there before.
func (c *Catalog) MarkGone(ctx context.Context, ids []LocationID) (int, error) {
	n := 0
	err := c.update(ctx, func(tx *sql.Tx) error {
		touched := map[ImageID]bool{}
		err := each(ctx, tx, func(r *sql.Rows) error {
			n++
			var id ImageID
			err := r.Scan(&id)
			touched[id] = true
			return err
		}, "UPDATE location SET gone = ? WHERE gone = '' AND id IN (SELECT value FROM json_each(?)) RETURNING coalesce(image, 0)", now(), list(ids))
		if err != nil {
			return err
		}
		return settleSet(ctx, tx, touched)
	})
	return n, err
}
