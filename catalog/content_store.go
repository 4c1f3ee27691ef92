package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
)

// putImage records a content, or brings what is recorded of it up to date. An image is never dropped, nor its perceptual hash.
func putImage(ctx context.Context, tx *sql.Tx, c *Content) (id ImageID, fresh, changed bool, err error) {
	var old Content
	targets, finish := contentTargets(&old)
	err = tx.QueryRowContext(ctx, "SELECT i.id, "+contentColumns+" FROM image i WHERE i.sha256 = ?", c.Hash).Scan(append([]any{&id}, targets...)...)
	hashOnly := c.Format == "" && c.Invalid == ""
	switch {
	case errors.Is(err, sql.ErrNoRows) && hashOnly:
		return 0, false, false, fmt.Errorf("content %s is not recorded, and nothing but its hash was given", c.Hash)
	case errors.Is(err, sql.ErrNoRows):
		id, err = insertImage(ctx, tx, c)
		return id, true, true, err
	case err != nil || hashOnly:
		return id, false, false, err
	}
	if err := finish(); err != nil {
		return 0, false, false, err
	}
	merged := *c
	if merged.PHash == nil {
		merged.PHash, merged.PHashVersion = old.PHash, old.PHashVersion
	}
	if same, err := sameContent(&old, &merged); same || err != nil {
		return id, false, false, err
	}
	return id, false, true, updateImage(ctx, tx, id, &merged)
}

// sameContent compares what would be stored, so that numbers in metadata compare equal after their way through JSON.
func sameContent(a, b *Content) (bool, error) {
	ma, err1 := objectText(a.Metadata)
	mb, err2 := objectText(b.Metadata)
	x, y := *a, *b
	x.Metadata, y.Metadata = nil, nil
	return ma == mb && reflect.DeepEqual(x, y), errors.Join(err1, err2)
}

func insertImage(ctx context.Context, tx *sql.Tx, c *Content) (ImageID, error) {
	metadata, err := objectText(c.Metadata)
	if err != nil {
		return 0, fmt.Errorf("metadata of %s: %w", c.Hash, err)
	}
	r, err := tx.ExecContext(ctx, `INSERT INTO image (sha256, bytes, format, width, height, orientation, frames, bits, mode, phash, phash_version,
		metadata, invalid, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.Hash, c.Bytes, c.Format, c.Width, c.Height, c.Orientation,
		c.Frames, c.Bits, c.Mode, c.PHash.bytes(), c.PHashVersion, metadata, c.Invalid, now())
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

func updateImage(ctx context.Context, tx *sql.Tx, id ImageID, c *Content) error {
	metadata, err := objectText(c.Metadata)
	if err != nil {
		return fmt.Errorf("metadata of %s: %w", c.Hash, err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE image SET bytes = ?, format = ?, width = ?, height = ?, orientation = ?, frames = ?, bits = ?, mode = ?,
		phash = ?, phash_version = ?, metadata = ?, invalid = ? WHERE id = ?`, c.Bytes, c.Format, c.Width, c.Height, c.Orientation, c.Frames,
		c.Bits, c.Mode, c.PHash.bytes(), c.PHashVersion, metadata, c.Invalid, id)
	return err
}
