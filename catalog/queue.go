package catalog

import (
	"context"
	"database/sql"
	"errors"
	"iter"
)

// Work is one image that a stage has yet to look at, with where to read it.
type Work struct {
	Image         ImageID
	Hash          Hash
	Bytes         int64
	Format        string
	Width, Height int
	Frames        int
	Place                 // where it is, as far as the catalogue knows
	Others        []Place // where else; each holds the same content, unless something has happened since
}

// Place is a live location, as much of it as reading takes.
type Place struct {
	Path      string
	Kind      LocationKind
	Container string
	Size      int64 // as recorded: if all three are still so, it was not changed
	ModTime   int64 // Unix nanoseconds
	Inode     uint64
}

// Need says what the images of a queue lack. Exactly one field is set.
type Need struct {
	Check int     // not yet through the checks of this version
	PHash int     // no perceptual hash of this version
	Space SpaceID // no embedding in this space
}

// lack is the condition on image i, with its argument.
func (n Need) lack() (condition string, arg any, err error) {
	switch {
	case n.Check != 0 && n.PHash == 0 && n.Space == 0:
		return "i.checked < ?", n.Check, nil
	case n.PHash != 0 && n.Check == 0 && n.Space == 0:
		return "(i.phash IS NULL OR i.phash_version < ?)", n.PHash, nil
	case n.Space != 0 && n.Check == 0 && n.PHash == 0:
		return "NOT EXISTS (SELECT 1 FROM embedding e WHERE e.space = ? AND e.image = i.id)", n.Space, nil
	}
	return "", nil, errors.New("a queue needs exactly one of check, perceptual hash and space")
}

// usable: readable as a picture and somewhere on the disk.
const usable = "i.status NOT IN ('invalid', 'missing')"

// queuePage is how many images one query of Queue reads.
const queuePage = 1000

// Queue streams the usable images (not invalid, not missing) that lack something, by number. It holds no read lock between pages, so the
// stage may write results while it reads; it ends when no image with a larger number lacks it.
func (c *Catalog) Queue(ctx context.Context, n Need) iter.Seq2[Work, error] {
	return func(yield func(Work, error) bool) {
		lack, arg, err := n.lack()
		for after := ImageID(0); err == nil; {
			var page []Work
			page, err = c.works(ctx, "id > ? AND "+usable+" AND "+lack+" ORDER BY i.id LIMIT ?", after, arg, queuePage)
			for _, w := range page {
				if !yield(w, nil) {
					return
				}
				after = w.Image
			}
			if len(page) == 0 {
				break
			}
		}
		if err != nil {
			yield(Work{}, c.fault(err))
		}
	}
}

// Works returns these images with where to read them, by number. Those that are nowhere any more are left out. One query for all.
func (c *Catalog) Works(ctx context.Context, images ...ImageID) (map[ImageID]Work, error) {
	found, err := c.works(ctx, "id IN (SELECT value FROM json_each(?))", list(images))
	out := make(map[ImageID]Work, len(found))
	for _, w := range found {
		out[w.Image] = w
	}
	return out, c.fault(err)
}

// works are the images i of a condition that are somewhere, by number, each with its places: first those that could be read last time.
func (c *Catalog) works(ctx context.Context, condition string, args ...any) ([]Work, error) {
	var out []Work
	err := each(ctx, c.read, func(r *sql.Rows) error {
		w, err := scanWork(r)
		if last := len(out) - 1; last >= 0 && out[last].Image == w.Image {
			out[last].Others = append(out[last].Others, w.Place)
		} else {
			out = append(out, w)
		}
		return err
	}, `SELECT w.id, w.sha256, w.bytes, w.format, w.width, w.height, w.frames, l.path, l.kind, l.container,
			l.size, l.mtime, l.inode
		FROM (SELECT id, sha256, bytes, format, width, height, frames FROM image i WHERE i.`+condition+`) w
		JOIN location l ON l.image = w.id AND l.gone = '' ORDER BY w.id, l.problem <> '', l.id`, args...)
	return out, err
}

func scanWork(r *sql.Rows) (w Work, err error) {
	var inode int64
	err = r.Scan(&w.Image, &w.Hash, &w.Bytes, &w.Format, &w.Width, &w.Height, &w.Frames, &w.Path, &w.Kind, &w.Container,
		&w.Size, &w.ModTime, &inode)
	w.Inode = uint64(inode)
	return w, err
}

// QueueLen is the number of images that Queue would stream now.
func (c *Catalog) QueueLen(ctx context.Context, n Need) (count int, err error) {
	lack, arg, err := n.lack()
	if err != nil {
		return 0, err
	}
	err = c.read.QueryRowContext(ctx, "SELECT count(*) FROM image i WHERE "+usable+" AND "+lack, arg).Scan(&count)
	return count, c.fault(err)
}

// Hashed is the perceptual hash of one image.
type Hashed struct {
	Image ImageID
	PHash PHash
}

// SavePHashes stores perceptual hashes of a version, in one transaction.
func (c *Catalog) SavePHashes(ctx context.Context, version int, hs []Hashed) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		for _, h := range hs {
			if _, err := tx.ExecContext(ctx, "UPDATE image SET phash = ?, phash_version = ? WHERE id = ?", h.PHash.bytes(), version, h.Image); err != nil {
				return err
			}
		}
		return nil
	})
}
