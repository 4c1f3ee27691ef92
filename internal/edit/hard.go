package edit

import (
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Hard returns strong edits: the ones that a descriptor has to be taught, because
// it does not survive them untaught. other gives the picture that some of them
// join with: the ground of a picture in picture, the far side of a blend. It may
// be nil, which leaves those out.
func Hard(other func(rng *rand.Rand) *raster.Picture) []Edit {
	hard := []Edit{
		New("crop-hard", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			w, h := share(p.W, uniform(rng, .45, .8)), share(p.H, uniform(rng, .45, .8))
			return p.Crop(rng.IntN(p.W-w+1), rng.IntN(p.H-h+1), w, h)
		}),
		New("spin", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			fill := [][3]uint8{{}, {255, 255, 255}, meanColour(p)}[rng.IntN(3)]
			return tilt(p, uniform(rng, -180, 180), fill)
		}),
		New("recolour-hard", recolourHard),
		drawn("jpeg-hard", 3, 20, func(q float64) Edit { return JPEG(int(q)) }),
		New("captions", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return caption(rng, caption(rng, watermark(rng, p)))
		}),
		drawn("blur-hard", 2, 4, Blur),
	}
	if other == nil {
		return hard
	}
	return append(hard,
		New("inset-other", func(rng *rand.Rand, p *raster.Picture) *raster.Picture { return insetOn(rng, p, other(rng)) }),
		New("overlay-other", func(rng *rand.Rand, p *raster.Picture) *raster.Picture { return overlay(rng, p, other(rng)) }),
		New("blend-other", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return mix(p, other(rng), uniform(rng, .15, .45))
		}),
	)
}

// recolourHard turns the hue by any angle and pulls saturation, contrast and
// brightness far off.
func recolourHard(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	p = recolour(p, hue(uniform(rng, -math.Pi, math.Pi)))
	p = recolour(p, saturation(uniform(rng, 0, 2)))
	p = Contrast(uniform(rng, .4, 1.7)).Apply(rng, p)
	return Brightness(uniform(rng, .5, 1.6)).Apply(rng, p)
}

// insetOn is picture in picture: p at 40 to 75% of the sides of ground.
func insetOn(rng *rand.Rand, p, ground *raster.Picture) *raster.Picture {
	part := uniform(rng, .4, .75)
	fit := part * math.Min(float64(ground.W)/float64(p.W), float64(ground.H)/float64(p.H))
	small := scale(p, min(ground.W, share(p.W, fit)), min(ground.H, share(p.H, fit)))
	out := ground.Clone()
	paste(out, small, rng.IntN(out.W-small.W+1), rng.IntN(out.H-small.H+1))
	return out
}

// overlay covers p with a part of another picture, 20 to 50% of each side.
func overlay(rng *rand.Rand, p, other *raster.Picture) *raster.Picture {
	piece := cropAt(other, uniform(rng, .3, 1), rng.Float64(), rng.Float64())
	small := scale(piece, share(p.W, uniform(rng, .2, .5)), share(p.H, uniform(rng, .2, .5)))
	out := p.Clone()
	paste(out, small, rng.IntN(out.W-small.W+1), rng.IntN(out.H-small.H+1))
	return out
}

// mix lays another picture over p, stretched to its size.
func mix(p, other *raster.Picture, part float64) *raster.Picture {
	over := scale(other, p.W, p.H)
	out := raster.New(p.W, p.H)
	for i := range out.Pix {
		out.Pix[i] = clamp8(float64(p.Pix[i])*(1-part) + float64(over.Pix[i])*part)
	}
	return out
}
