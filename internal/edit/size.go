package edit

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// Resize scales both sides by a factor; a side never falls below one pixel.
func Resize(factor float64) Edit {
	return fixed(fmt.Sprintf("resize=%g", factor), func(p *raster.Picture) *raster.Picture {
		return scale(p, share(p.W, factor), share(p.H, factor))
	})
}

// Rescale shrinks by a factor and grows back to the size there was: the detail
// is lost, the size is not.
func Rescale(factor float64) Edit {
	return fixed(fmt.Sprintf("rescale=%g", factor), func(p *raster.Picture) *raster.Picture {
		return scale(scale(p, share(p.W, factor), share(p.H, factor)), p.W, p.H)
	})
}

// Stretch scales the width alone.
func Stretch(factor float64) Edit {
	return fixed(fmt.Sprintf("stretch=%g", factor), func(p *raster.Picture) *raster.Picture {
		return scale(p, share(p.W, factor), p.H)
	})
}

func sizes() []Edit {
	return []Edit{
		drawn("shrink", .25, .9, Resize),
		drawn("enlarge", 1.1, 1.8, Resize),
		drawn("rescale", .25, .8, Rescale),
		New("stretch", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return Stretch(math.Exp(signed(rng, .08, .3))).Apply(rng, p) // 0.74 to 1.35
		}),
	}
}

// share is the part of a length, at least one pixel.
func share(length int, factor float64) int {
	return max(1, int(math.Round(float64(length)*factor)))
}

// scale resizes with Pillow's bilinear filter, which is as wide as the shrinking
// asks for. The result shares nothing with p.
func scale(p *raster.Picture, w, h int) *raster.Picture {
	if w == p.W && h == p.H {
		return p.Clone()
	}
	return preprocess.Resize(p, w, h, preprocess.Bilinear)
}
