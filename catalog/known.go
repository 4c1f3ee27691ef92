package catalog

import (
	"context"
	"database/sql"
	"iter"
	"strings"
)

// knownBatch is how many paths one query of KnownAt asks for.
const knownBatch = 256

// KnownAt is KnownUnder for exactly these paths, and nothing beneath them: one query for some hundred. Where a path is not live, it gives
// the location that left last.
func (c *Catalog) KnownAt(ctx context.Context, paths []string) (map[string]Known, error) {
	out := make(map[string]Known, len(paths))
	for len(paths) > 0 {
		n := min(len(paths), knownBatch)
		if err := c.knownAt(ctx, paths[:n], out); err != nil {
			return nil, c.fault(err)
		}
		paths = paths[n:]
	}
	return out, nil
}

func (c *Catalog) knownAt(ctx context.Context, paths []string, out map[string]Known) error {
	// Names are bytes, not text: as parameters they stay what they are, where JSON would mend them.
	args := make([]any, len(paths))
	for i, p := range paths {
		args[i] = p
	}
	return each(ctx, c.read, func(r *sql.Rows) error {
		k, err := scanKnown(r)
		if old, ok := out[k.Path]; !ok || !old.Gone.IsZero() {
			out[k.Path] = k
		}
		return err
	}, `SELECT `+locationColumns+`, i.sha256, coalesce(i.invalid, '') FROM location l LEFT JOIN image i ON i.id = l.image
		WHERE l.path IN (?`+strings.Repeat(", ?", len(paths)-1)+`) ORDER BY l.path, l.gone`, args...)
}

// Live is a live location with no more than what tells whether it is still there.
type Live struct {
	ID        LocationID
	Path      string
	Container string
	Hash      Hash // zero when the file could not be read
}

// LiveOf returns the live locations of one content, by number.
func (c *Catalog) LiveOf(ctx context.Context, h Hash) ([]Live, error) {
	ls, err := collect(ctx, c.read, scanLive, `SELECT l.id, l.path, l.container, i.sha256 FROM image i JOIN location l ON l.image = i.id
		WHERE i.sha256 = ? AND l.gone = '' AND l.kind <> 'url' ORDER BY l.id`, h)
	return ls, c.fault(err)
}

func scanLive(r *sql.Rows) (l Live, err error) {
	err = r.Scan(&l.ID, &l.Path, &l.Container, &l.Hash)
	return l, err
}

// LiveUnder streams the live locations at path or beneath it, by path, as of one moment: KnownUnder for any number of them.
func (c *Catalog) LiveUnder(ctx context.Context, path string) iter.Seq2[Live, error] {
	where, args := atOrBeneath(path)
	return stream(ctx, c, scanLive, `SELECT l.id, l.path, l.container, i.sha256 FROM location l LEFT JOIN image i ON i.id = l.image WHERE `+where+`
		AND l.gone = '' AND l.kind <> 'url' ORDER BY l.path`, args...)
}
