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

// Mild returns the edits after which the frame still shows what it showed, the
// same way up: what augments training without changing the subject's place.
func Mild() []Edit {
	var mild []Edit
	for _, group := range [][]Edit{codecs(), sizes(), tones(), colours(), filters(), noises()} {
		mild = append(mild, group...)
	}
	return append(mild, Mirror())
}

// Robustness returns the fixed strengths that a robustness table has, weakest
// first within each kind.
func Robustness() []Edit {
	return []Edit{
		JPEG(90), JPEG(70), JPEG(50), JPEG(30), JPEG(10),
		WebP(80), WebP(50), WebP(20),
		Resize(.75), Resize(.5), Resize(.25),
		Crop(.9), Crop(.75), Crop(.5),
		Blur(.5), Blur(1), Blur(2),
		Noise(5), Noise(15),
		Mirror(), Grey(),
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
