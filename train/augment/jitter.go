package augment

import (
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Jitter changes brightness, contrast and saturation by factors from 1-x (not below
// 0) to 1+x and the hue by -x to x, in random order: torchvision's ColorJitter.
type Jitter struct{ Brightness, Contrast, Saturation, Hue float64 }

func (j *Jitter) apply(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	factor := func(x float64) float64 { return uniform(rng, max(0, 1-x), 1+x) }
	order := rng.Perm(4)
	b, c, s, h := factor(j.Brightness), factor(j.Contrast), factor(j.Saturation), uniform(rng, -j.Hue, j.Hue)
	for _, op := range order {
		switch {
		case op == 0 && j.Brightness > 0:
			p = brightness(p, b)
		case op == 1 && j.Contrast > 0:
			p = contrast(p, c)
		case op == 2 && j.Saturation > 0:
			p = colour(p, s)
		case op == 3 && j.Hue > 0:
			p = hue(p, h)
		}
	}
	return p
}
