package stage

import (
	"context"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
)

// loadFaint measures the pictures that are too flat to be hashed, which are few. One
// that cannot be read any more is like no other.
func (d *deduping) loadFaint(ctx context.Context) error {
	if d.opt.Kind != catalog.CopyPair || d.result.Flat < 2 {
		return nil
	}
	var ids []catalog.ImageID
	for i, h := range d.scorer.Hashes {
		if h.Flat() {
			ids = append(ids, d.images[i].Image)
		}
	}
	works, err := d.env.Catalog.Works(ctx, ids...)
	if err != nil {
		return err
	}
	small := openThumbs(d.env)
	defer small.Close()
	d.faint = make(map[int]*dedup.Faint, len(ids))
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		if p, err := small.small(ctx, works[id]); err == nil {
			d.faint[d.at[id]] = dedup.FaintOf(p)
		}
	}
	return nil
}
