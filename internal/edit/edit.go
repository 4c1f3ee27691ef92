// Package edit makes the changes that pictures suffer on their way through the
// web: saved again, shrunk, cropped, turned, recoloured, stamped, framed. They
// teach calibration what a copy looks like, augment training, and test how
// robust a classifier is.
//
// Use [All] for every kind of edit at random strength, [Draw] for a chain of
// one to three of them, and the constructors with an argument ([JPEG], [Resize],
// [Blur], ...) for a fixed strength. [EncodeJPEG], [EncodePNG] and [EncodeWebP]
// write files. An edit is deterministic in its random source; it never writes
// to the picture it is given. Reading of files is internal/imageio's.
package edit

import (
	"math/rand/v2"
	"strings"

	"github.com/curate/curate/internal/raster"
)

// Edit is one kind of change.
type Edit struct {
	// Name is lower case and unique within [All]; a fixed strength is part of
	// it, as in "jpeg=20".
	Name string

	apply func(rng *rand.Rand, p *raster.Picture) *raster.Picture
}

// Apply returns an edited picture and leaves p as it is. The strength is drawn
// from rng; the same state of rng and the same p give the same picture. Any
// picture of at least 1x1 will do.
func (e Edit) Apply(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	return e.apply(rng, p)
}

// New names a change. The function must be deterministic in rng and may not
// write to p.
func New(name string, apply func(rng *rand.Rand, p *raster.Picture) *raster.Picture) Edit {
	return Edit{Name: name, apply: apply}
}

// Chain applies edits one after the other; its name joins theirs with "+". A
// chain of none returns the picture itself.
func Chain(edits ...Edit) Edit {
	names := make([]string, len(edits))
	for i, e := range edits {
		names[i] = e.Name
	}
	return New(strings.Join(names, "+"), func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
		for _, e := range edits {
			p = e.Apply(rng, p)
		}
		return p
	})
}

// Draw chains one to three different edits drawn from the given ones: half of
// the chains have one link, a third two, the rest three.
func Draw(rng *rand.Rand, from []Edit) Edit {
	links := []int{1, 1, 1, 2, 2, 3}[rng.IntN(6)]
	order := rng.Perm(len(from))
	chosen := make([]Edit, 0, links)
	for _, i := range order[:min(links, len(from))] {
		chosen = append(chosen, from[i])
	}
	return Chain(chosen...)
}

// NewRand returns the random source of a seed and a stream, so that a picture's
// edits do not depend on how many were edited before it.
func NewRand(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream))
}

// uniform draws from [lo, hi).
func uniform(rng *rand.Rand, lo, hi float64) float64 {
	return lo + (hi-lo)*rng.Float64()
}

// signed draws a size from [lo, hi) and gives it a random sign.
func signed(rng *rand.Rand, lo, hi float64) float64 {
	v := uniform(rng, lo, hi)
	if rng.IntN(2) == 0 {
		return -v
	}
	return v
}

// clamp8 rounds to the nearest of 0 to 255.
func clamp8(v float64) uint8 {
	if v <= 0 {
		return 0
	}
	if v >= 255 {
		return 255
	}
	return uint8(v + .5)
}
