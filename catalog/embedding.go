package catalog

import (
	"context"
	"iter"
)

// Vector is the embedding of one image. It is stored in half precision: values must be finite and within ±65,504.
type Vector struct {
	Image  ImageID
	Values []float32
}

// SaveVectors stores embeddings in one transaction; an older one of the same image and space is replaced. All must have the space's length.
func (c *Catalog) SaveVectors(ctx context.Context, space SpaceID, vs []Vector) error {
	return errUnwritten
}

// Vectors streams the embeddings of a space by image number, as of one moment. The Values slice is overwritten by the next step: copy it
// to keep it.
func (c *Catalog) Vectors(ctx context.Context, space SpaceID) iter.Seq2[Vector, error] { return nil }

// VectorsOf returns the embeddings of some images in the order asked for, as one matrix of len(images) x dim; present tells which rows
// are filled.
func (c *Catalog) VectorsOf(ctx context.Context, space SpaceID, images []ImageID) (matrix []float32, present []bool, err error) {
	return nil, nil, errUnwritten
}
