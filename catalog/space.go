package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Purposes of an embedding space.
const (
	ForCopies = "copy" // what dedup compares
	ForHead   = "head" // what a probe learns from
)

// SpaceKey says which embeddings may be compared with each other.
type SpaceKey struct {
	ModelHash     string // of the weights and config
	Model         string // as the user named it; not part of the identity
	Layers        string // "8+11", "last", ...
	Resolution    int    // pixels
	Precision     string // "fp32", "fp16", "int8", ...
	Preprocessing int    // version of the preprocessing
	Purpose       string // ForCopies, ForHead
	Dim           int
}

// Space is an embedding space with its whitening and calibration, if it has its own. How these are laid out is the matter of the engine.
type Space struct {
	ID SpaceID
	SpaceKey
	Created     time.Time
	Whitening   []byte
	Calibration []byte // JSON
}

const spaceColumns = `id, model_hash, model, layers, resolution, precision, preprocessing, purpose, dim, created, whitening, calibration`

func scanSpace(r *sql.Rows) (s Space, err error) {
	var created string
	if err := r.Scan(&s.ID, &s.ModelHash, &s.Model, &s.Layers, &s.Resolution, &s.Precision, &s.Preprocessing, &s.Purpose, &s.Dim, &created,
		&s.Whitening, &s.Calibration); err != nil {
		return s, err
	}
	s.Created, err = unstamp(created)
	return s, err
}

// EnsureSpace returns the space of this key and makes it first where there is none.
func (c *Catalog) EnsureSpace(ctx context.Context, k SpaceKey) (s Space, err error) {
	if k.ModelHash == "" || k.Dim <= 0 {
		return s, fmt.Errorf("an embedding space of model %q needs a model hash and a length, not %d", k.Model, k.Dim)
	}
	find := func(q querier) (bool, error) {
		found, err := collect(ctx, q, scanSpace, "SELECT "+spaceColumns+` FROM space WHERE model_hash = ? AND layers = ? AND resolution = ?
			AND precision = ? AND preprocessing = ? AND purpose = ?`, k.ModelHash, k.Layers, k.Resolution, k.Precision, k.Preprocessing, k.Purpose)
		if err != nil || len(found) == 0 {
			return false, err
		}
		if s = found[0]; s.Dim != k.Dim {
			return true, fmt.Errorf("embeddings of model %q are recorded with length %d, and it gives %d now", k.Model, s.Dim, k.Dim)
		}
		return true, nil
	}
	if found, err := find(c.read); found || err != nil {
		return s, c.fault(err)
	}
	err = c.update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO space (model_hash, model, layers, resolution, precision, preprocessing, purpose, dim, created)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, k.ModelHash, k.Model, k.Layers, k.Resolution, k.Precision, k.Preprocessing,
			k.Purpose, k.Dim, now()); err != nil {
			return err
		}
		_, err := find(tx)
		return err
	})
	return s, err
}

// Spaces lists all spaces, newest first.
func (c *Catalog) Spaces(ctx context.Context) ([]Space, error) {
	ss, err := collect(ctx, c.read, scanSpace, "SELECT "+spaceColumns+" FROM space ORDER BY id DESC")
	return ss, c.fault(err)
}

// SetCalibration stores a space's own whitening and calibration; nil takes one away.
func (c *Catalog) SetCalibration(ctx context.Context, id SpaceID, whitening, calibration []byte) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE space SET whitening = ?, calibration = ? WHERE id = ?", whitening, calibration, id)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return fmt.Errorf("no embedding space %d (%v)", id, err)
		}
		return nil
	})
}
