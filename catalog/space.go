package catalog

import (
	"context"
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

// EnsureSpace returns the space of this key and makes it first where there is none.
func (c *Catalog) EnsureSpace(ctx context.Context, k SpaceKey) (Space, error) {
	return Space{}, errUnwritten
}

// Spaces lists all spaces, newest first.
func (c *Catalog) Spaces(ctx context.Context) ([]Space, error) { return nil, errUnwritten }

// SetCalibration stores a space's own whitening and calibration; nil takes one away.
func (c *Catalog) SetCalibration(ctx context.Context, id SpaceID, whitening, calibration []byte) error {
	return errUnwritten
}

// DropSpace deletes a space and its embeddings; they can be computed again.
func (c *Catalog) DropSpace(ctx context.Context, id SpaceID) error { return errUnwritten }
