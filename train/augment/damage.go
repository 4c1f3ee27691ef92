package augment

import (
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// damage is what a file suffered on the web: it was resized, blurred and saved as a
// JPEG. Blur and JPEG, each in half of the cases, are what lets a detector of
// generated pictures carry over to other generators (Wang et al., CVPR 2020,
// "CNN-generated images are surprisingly easy to spot... for now").
type damage struct {
	scale   float64
	filter  preprocess.Filter // that resized
	sigma   float64           // 0 for no blur
	quality int               // 0 for no JPEG
}

// damage draws what a picture of w x h pixels suffers.
func (p Pipeline) damage(rng *rand.Rand, w, h int) damage {
	return p.damageAtLeast(rng, 1/float64(min(w, h)))
}

// damageAtLeast draws it, but shrinks by no more than to least.
func (p Pipeline) damageAtLeast(rng *rand.Rand, least float64) damage {
	d := damage{scale: 1}
	if v, ok := p.Resize.draw(rng); ok {
		d.scale = v
		if d.scale < least { // drawn anew from what is left, or nothing to draw from
			d.scale = uniform(rng, least, max(least, p.Resize.Hi))
		}
		d.filter = []preprocess.Filter{preprocess.Bilinear, preprocess.Bicubic, preprocess.Lanczos}[rng.IntN(3)]
	}
	if v, ok := p.Blur.draw(rng); ok && v >= leastBlur {
		d.sigma = v
	}
	if v, ok := p.JPEG.draw(rng); ok {
		d.quality = int(v + .5)
	}
	return d
}

// leastBlur is the deviation from which on a blur changes anything: below, the
// neighbours weigh less than half a grey level.
const leastBlur = .25

// apply returns the damaged picture; without damage that is p itself.
func (d damage) apply(p *raster.Picture) *raster.Picture {
	if d.scale != 1 {
		scaled := func(n int) int { return max(1, int(math.Round(float64(n)*d.scale))) }
		p = preprocess.Resize(p, scaled(p.W), scaled(p.H), d.filter)
	}
	if d.sigma > 0 {
		p = edit.Blur(d.sigma).Apply(nil, p)
	}
	if d.quality > 0 {
		p = edit.JPEG(d.quality).Apply(nil, p)
	}
	return p
}
