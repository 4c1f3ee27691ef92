package descriptor

import (
	"context"
	"fmt"
	"math"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/raster"
)

const (
	startPictures = 600 // as many as the first projection is learnt from
	startVersions = 4   // of each, besides the original
)

// startProjection sets the projection to the job's, or to the whitening that the job
// learns from edits of the pictures, scaled so that the mean length of what comes out
// is 1.
func (r *run) startProjection(ctx context.Context) error {
	if r.Start != nil {
		copy(r.machine.arena.Named(r.machine.weights, weightInput), r.Start.Weight)
		copy(r.machine.arena.Named(r.machine.weights, biasInput), r.Start.Bias)
		return r.mustDiffer(ctx)
	}
	pictures := r.learn[:min(len(r.learn), startPictures)]
	k, per, width := r.machine, 1+startVersions, r.machine.width
	v := newViewer(pictures, r.HeldEdits)
	rows, number := make([][]float32, 0, len(pictures)*per), make([]int, 0, len(pictures)*per)
	patches, features := make([]float32, per*r.feed.values()), make([]float32, per*width)
	for i, p := range pictures {
		err := r.feed.fill(ctx, patches, per, func(n int) *raster.Picture {
			if n == 0 {
				return p.Pixels
			}
			return v.view(edit.NewRand(r.Seed, stream("start "+p.ID)+uint64(n)), i)
		})
		if err != nil {
			return err
		}
		if err := k.describe(ctx, patches, nil, features); err != nil {
			return err
		}
		for n := range per {
			rows = append(rows, append([]float32(nil), features[n*width:(n+1)*width]...))
			number = append(number, i)
		}
	}
	matrix, mean, err := r.Whiten(rows, number, r.Dim)
	if err != nil {
		return fmt.Errorf("start the projection: %w", err)
	}
	if len(matrix) != r.Dim*width {
		return fmt.Errorf("start the projection: the pictures differ in %d directions only, not %d; they look too much alike", len(matrix)/width, r.Dim)
	}
	return r.setProjection(rows, matrix, mean)
}

const (
	lookedAt = 64  // pictures that mustDiffer looks at
	tooNear  = .99 // cosine of two pictures that the encoder hardly tells apart
)

// mustDiffer refuses pictures that a trained encoder takes for one: more than half of
// the pairs of a sample. There is nothing to learn from them but their noise.
func (r *run) mustDiffer(ctx context.Context) error {
	n, dim := min(len(r.learn), lookedAt), r.machine.dim
	patches, rows := make([]float32, n*r.feed.values()), make([]float32, n*dim)
	if err := r.feed.fill(ctx, patches, n, func(i int) *raster.Picture { return r.learn[i].Pixels }); err != nil {
		return err
	}
	if err := r.machine.describe(ctx, patches, rows, nil); err != nil {
		return err
	}
	near := 0
	for i := range n {
		for k := range i {
			if dot(rows[i*dim:(i+1)*dim], rows[k*dim:(k+1)*dim]) > tooNear {
				near++
			}
		}
	}
	if near > n*(n-1)/4 {
		return fmt.Errorf("train a descriptor: the encoder takes most of the pictures for one; they look too much alike to learn from")
	}
	return nil
}

// setProjection stores matrix (x - mean) as weights and biases.
func (r *run) setProjection(rows [][]float32, matrix, mean []float32) error {
	weight, bias := r.machine.arena.Named(r.machine.weights, weightInput), r.machine.arena.Named(r.machine.weights, biasInput)
	width := len(mean)
	length := 0.
	for _, x := range rows {
		sum := 0.
		for d := range bias {
			y := float64(dot(matrix[d*width:(d+1)*width], x) - dot(matrix[d*width:(d+1)*width], mean))
			sum += y * y
		}
		length += math.Sqrt(sum) / float64(len(rows))
	}
	if !(length > 0) || math.IsInf(length, 0) {
		return fmt.Errorf("start the projection: the pictures all have the same descriptor")
	}
	for i, v := range matrix {
		weight[i] = float32(float64(v) / length)
	}
	for d := range bias {
		bias[d] = -dot(weight[d*width:(d+1)*width], mean)
	}
	return nil
}
