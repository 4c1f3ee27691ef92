package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"github.com/curate/curate/internal/half"
)

// largestHalf is the largest number that half precision holds.
const largestHalf = 65504

// Vector is the embedding of one image. It is stored in half precision: values must be finite and within ±65,504.
type Vector struct {
	Image  ImageID
	Values []float32
}

// SaveVectors stores embeddings in one transaction; an older one of the same image and space is replaced. All must have the space's length.
func (c *Catalog) SaveVectors(ctx context.Context, space SpaceID, vs []Vector) error {
	return c.update(ctx, func(tx *sql.Tx) error {
		dim, err := dimOf(ctx, tx, space)
		if err != nil {
			return err
		}
		replaced := false
		for _, v := range vs {
			if err := v.check(dim); err != nil {
				return err
			}
			was, err := putVector(ctx, tx, space, v)
			if err != nil {
				return fmt.Errorf("embedding of image %d: %w", v.Image, err)
			}
			replaced = replaced || was
		}
		if !replaced {
			return nil
		}
		return dropJoined(ctx, tx, space)
	})
}

// putVector stores one embedding and tells whether another was there.
func putVector(ctx context.Context, tx *sql.Tx, space SpaceID, v Vector) (replaced bool, err error) {
	raw := half.Encode(v.Values)
	r, err := tx.ExecContext(ctx, "INSERT INTO embedding (space, image, vector) VALUES (?, ?, ?) ON CONFLICT (space, image) DO NOTHING", space, v.Image, raw)
	if err != nil {
		return false, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE embedding SET vector = ? WHERE space = ? AND image = ?", raw, space, v.Image)
	return true, err
}

func dimOf(ctx context.Context, q querier, space SpaceID) (dim int, err error) {
	if err = q.QueryRowContext(ctx, "SELECT dim FROM space WHERE id = ?", space).Scan(&dim); err != nil {
		err = fmt.Errorf("embedding space %d: %w", space, err)
	}
	return dim, err
}

func (v Vector) check(dim int) error {
	if len(v.Values) != dim {
		return fmt.Errorf("embedding of image %d has %d values, not the %d of its space", v.Image, len(v.Values), dim)
	}
	for _, f := range v.Values {
		if !(f >= -largestHalf && f <= largestHalf) { // also false for NaN
			return fmt.Errorf("embedding of image %d holds %g, which half precision cannot", v.Image, f)
		}
	}
	return nil
}

// Vectors streams the embeddings of a space by image number, as of one moment. The Values slice is overwritten by the next step: copy it
// to keep it.
func (c *Catalog) Vectors(ctx context.Context, space SpaceID) iter.Seq2[Vector, error] {
	return func(yield func(Vector, error) bool) {
		dim, err := dimOf(ctx, c.read, space)
		if err != nil {
			yield(Vector{}, c.fault(err))
			return
		}
		v := Vector{Values: make([]float32, dim)}
		scan := func(r *sql.Rows) (Vector, error) {
			err := readVector(r, &v.Image, v.Values)
			return v, err
		}
		stream(ctx, c, scan, "SELECT image, vector FROM embedding WHERE space = ? ORDER BY image", space)(yield)
	}
}

// VectorsOf returns the embeddings of some images in the order asked for, as one matrix of len(images) x dim; present tells which rows
// are filled.
func (c *Catalog) VectorsOf(ctx context.Context, space SpaceID, images []ImageID) (matrix []float32, present []bool, err error) {
	dim, err := dimOf(ctx, c.read, space)
	if err != nil {
		return nil, nil, c.fault(err)
	}
	matrix, present = make([]float32, len(images)*dim), make([]bool, len(images))
	rows := make(map[ImageID][]int, len(images))
	for i, id := range images {
		rows[id] = append(rows[id], i)
	}
	values := make([]float32, dim)
	err = each(ctx, c.read, func(r *sql.Rows) error {
		var id ImageID
		if err := readVector(r, &id, values); err != nil {
			return err
		}
		for _, i := range rows[id] {
			copy(matrix[i*dim:], values)
			present[i] = true
		}
		return nil
	}, "SELECT image, vector FROM embedding WHERE space = ? AND image IN (SELECT value FROM json_each(?))", space, list(images))
	return matrix, present, c.fault(err)
}

// readVector reads an image number and its vector, without a copy of the bytes.
func readVector(r *sql.Rows, id *ImageID, values []float32) error {
	var raw sql.RawBytes
	if err := r.Scan(id, &raw); err != nil {
		return err
	}
	if len(raw) != 2*len(values) {
		return fmt.Errorf("embedding of image %d has %d bytes, not %d", *id, len(raw), 2*len(values))
	}
	half.Decode(values, raw)
	return nil
}
