package edit

import (
	"fmt"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Noise adds a normal deviate of so many grey levels to every sample.
func Noise(deviation float64) Edit {
	return New(fmt.Sprintf("noise=%g", deviation), func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
		out := raster.New(p.W, p.H)
		for i, v := range p.Pix {
			out.Pix[i] = clamp8(float64(v) + deviation*rng.NormFloat64())
		}
		return out
	})
}

// Salt turns a share of the pixels black or white.
func Salt(part float64) Edit {
	return New(fmt.Sprintf("salt=%g", part), func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
		out := p.Clone()
		for range max(1, int(part*float64(p.W*p.H))) {
			v := uint8(255 * rng.IntN(2))
			out.Set(rng.IntN(p.W), rng.IntN(p.H), v, v, v)
		}
		return out
	})
}

func noises() []Edit {
	return []Edit{drawn("noise", 4, 25, Noise), drawn("salt", .003, .04, Salt)}
}
