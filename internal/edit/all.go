package edit

import (
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// All returns every kind of edit, each with its strength drawn at random within
// the range that its name stands for (the comments say which).
func All() []Edit {
	var all []Edit
	for _, group := range [][]Edit{codecs(), sizes(), crops(), turns(), tones(), colours(), filters(), noises(), frames(), marks()} {
		all = append(all, group...)
	}
	return all
}

// Robustness returns the cells of a robustness grid, weakest first within a kind: what
// happens to a picture that is saved, sent and shown again.
func Robustness() []Edit {
	return []Edit{
		JPEG(95), JPEG(90), JPEG(75), JPEG(60), JPEG(45), JPEG(30),
		WebP(80), WebP(50), WebP(20),
		Resize(.75), Resize(.5), Resize(.25),
		Blur(.5), Blur(1), Blur(2),
		Crop(.9), Crop(.75), Crop(.5),
		New("screenshot", screenshot),
	}
}

// drawn wraps a constructor with a strength: the edit draws it from [lo, hi).
func drawn(name string, lo, hi float64, of func(strength float64) Edit) Edit {
	return New(name, func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
		return of(uniform(rng, lo, hi)).Apply(rng, p)
	})
}

// fixed wraps a change that needs no random source.
func fixed(name string, change func(p *raster.Picture) *raster.Picture) Edit {
	return New(name, func(_ *rand.Rand, p *raster.Picture) *raster.Picture { return change(p) })
}
