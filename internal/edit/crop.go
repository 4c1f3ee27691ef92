package edit

import (
	"fmt"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Crop keeps the middle: the given share of each side.
func Crop(part float64) Edit {
	return fixed(fmt.Sprintf("crop=%g", part), func(p *raster.Picture) *raster.Picture {
		return cropAt(p, part, .5, .5)
	})
}

func crops() []Edit {
	return []Edit{
		drawn("crop-centre", .5, .95, Crop),
		New("crop-corner", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return cropAt(p, uniform(rng, .5, .95), float64(rng.IntN(2)), float64(rng.IntN(2)))
		}),
		New("crop", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return cropAt(p, uniform(rng, .5, .95), rng.Float64(), rng.Float64())
		}),
		New("crop-square", func(_ *rand.Rand, p *raster.Picture) *raster.Picture {
			side := min(p.W, p.H) // at least a third of a long one: a strip of 1:20 keeps more than a stamp
			w, h := max(side, p.W/3), max(side, p.H/3)
			return p.Crop((p.W-w)/2, (p.H-h)/2, w, h)
		}),
	}
}

// cropAt keeps a part of each side; fx and fy from 0 to 1 say where the window
// lies in the room that is left.
func cropAt(p *raster.Picture, part, fx, fy float64) *raster.Picture {
	w, h := min(p.W, share(p.W, part)), min(p.H, share(p.H, part))
	return p.Crop(int(float64(p.W-w)*fx), int(float64(p.H-h)*fy), w, h)
}
