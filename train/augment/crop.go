package augment

import (
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// Crop cuts a window whose area is a part of the picture's, Lo to Hi, and whose
// shape lies between 3:4 and 4:3, and resizes it: torchvision's RandomResizedCrop.
type Crop struct{ Lo, Hi float64 }

// The shapes of windows, width to height.
const (
	narrowest = 3. / 4
	widest    = 4. / 3
)

// window draws a window of a picture of w x h pixels (RandomResizedCrop.get_params).
func (c *Crop) window(rng *rand.Rand, w, h int) (x, y, cw, ch int) {
	for range 10 {
		area := float64(w*h) * uniform(rng, c.Lo, c.Hi)
		shape := math.Exp(uniform(rng, math.Log(narrowest), math.Log(widest)))
		cw, ch = rounded(math.Sqrt(area*shape)), rounded(math.Sqrt(area/shape))
		if cw > 0 && cw <= w && ch > 0 && ch <= h {
			y = rng.IntN(h - ch + 1)
			return rng.IntN(w - cw + 1), y, cw, ch
		}
	}
	return middle(w, h)
}

// middle is the largest window of a shape that is allowed, for pictures so long
// that none was found.
func middle(w, h int) (x, y, cw, ch int) {
	cw, ch = w, h
	switch shape := float64(w) / float64(h); {
	case shape < narrowest:
		ch = min(h, rounded(float64(w)/narrowest))
	case shape > widest:
		cw = min(w, rounded(float64(h)*widest))
	}
	return (w - cw) / 2, (h - ch) / 2, cw, ch
}

// rounded rounds halves to even, as Python does.
func rounded(v float64) int { return int(math.RoundToEven(v)) }

// phases is how far apart the grids of two JPEG files of one picture can lie: chroma
// blocks cover 16 pixels.
const phases = 16

// native cuts a window of c's size whose pixels were never resized, unless Resize says
// so; that is a crop at random with torchvision's RandomCrop. Only the part of the
// picture that the window needs is damaged, which costs the same for pictures of
// all sizes. A picture that is too small lies on black.
func (p Pipeline) native(rng *rand.Rand, in *raster.Picture, c preprocess.Config) *raster.Picture {
	w, h := c.Size()
	fill := min(1, max(float64(w)/float64(in.W), float64(h)/float64(in.H)))
	d := p.damageAtLeast(rng, fill)
	left, top := 0, 0
	if d.quality > 0 { // the file's grid began anywhere
		left, top = rng.IntN(phases), rng.IntN(phases)
	}
	need := func(n, have int) int { return min(have, int(math.Ceil(float64(n)/d.scale))) }
	cw, ch := need(w+left, in.W), need(h+top, in.H)
	x, y := rng.IntN(in.W-cw+1), rng.IntN(in.H-ch+1)
	return fit(d.apply(in.Crop(x, y, cw, ch)), left, top, c)
}

// fit cuts a window of c's size from about x, y; a smaller picture lies on black, as
// [preprocess.Config.Tensor] has it.
func fit(p *raster.Picture, x, y int, c preprocess.Config) *raster.Picture {
	w, h := c.Size()
	cw, ch := min(w, p.W), min(h, p.H)
	return c.Native().Picture(p.Crop(min(x, p.W-cw), min(y, p.H-ch), cw, ch))
}
