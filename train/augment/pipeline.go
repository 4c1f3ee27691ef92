package augment

import (
	"math/rand/v2"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// Pipeline is what happens to a picture, in this order: a window is cut out (Crop
// or Native), it suffers what files suffer on the web (Resize, Blur, JPEG), it is
// brought to the model's size, mirrored (Flip) and recoloured (Jitter, RandAugment).
// What is nil or 0 is left out; a zero Pipeline changes nothing.
type Pipeline struct {
	Crop   *Crop
	Native bool    // windows at the pixels of the file instead of resized ones
	Resize *Drawn  // factor
	Blur   *Drawn  // standard deviation in pixels
	JPEG   *Drawn  // quality
	Flip   float64 // how likely left and right are swapped
	Jitter *Jitter
	Random *RandAugment
}

// Drawn is an operation that happens with probability P, at a strength drawn
// uniformly from Lo to Hi.
type Drawn struct{ Lo, Hi, P float64 }

// draw returns a strength and whether the operation happens. It always takes the
// same numbers from rng.
func (d *Drawn) draw(rng *rand.Rand) (float64, bool) {
	if d == nil {
		return 0, false
	}
	happens := rng.Float64() < d.P
	return uniform(rng, d.Lo, d.Hi), happens
}

// None tells whether pictures stay as they are.
func (p Pipeline) None() bool { return p == Pipeline{} }

// Apply returns the changed picture at the size of c's tensors; c says how a
// picture would be brought to that size without a pipeline, and which filter
// resizes. in is only read.
func (p Pipeline) Apply(rng *rand.Rand, in *raster.Picture, c preprocess.Config) *raster.Picture {
	out := p.frame(rng, in, c)
	if p.Flip > 0 && rng.Float64() < p.Flip {
		out = out.Orient(2)
	}
	if p.Jitter != nil {
		out = p.Jitter.apply(rng, out)
	}
	if p.Random != nil {
		out = p.Random.apply(rng, out)
	}
	return out
}

// frame cuts and damages the picture and brings it to size.
func (p Pipeline) frame(rng *rand.Rand, in *raster.Picture, c preprocess.Config) *raster.Picture {
	w, h := c.Size()
	switch {
	case p.Native:
		return p.native(rng, in, c)
	case p.Crop != nil:
		x, y, cw, ch := p.Crop.window(rng, in.W, in.H)
		return preprocess.Resize(p.damage(rng, in.W, in.H).apply(in.Crop(x, y, cw, ch)), w, h, c.Filter)
	}
	return c.Picture(p.damage(rng, in.W, in.H).apply(in))
}
