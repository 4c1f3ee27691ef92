package edit

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Brightness multiplies every sample by a factor.
func Brightness(factor float64) Edit {
	return tone(fmt.Sprintf("brightness=%g", factor), func(v float64) float64 { return v * factor })
}

// Contrast draws samples away from the middle grey (factor above 1) or to it.
func Contrast(factor float64) Edit {
	return tone(fmt.Sprintf("contrast=%g", factor), func(v float64) float64 { return 127.5 + (v-127.5)*factor })
}

// Gamma raises every sample, as a share of white, to a power.
func Gamma(power float64) Edit {
	return tone(fmt.Sprintf("gamma=%g", power), func(v float64) float64 { return 255 * math.Pow(v/255, power) })
}

func tones() []Edit {
	return []Edit{
		around("brightness", .15, .5, Brightness), // 0.61 to 1.65, but never near 1
		around("contrast", .15, .5, Contrast),
		around("gamma", .2, .6, Gamma), // 0.55 to 1.8
		New("levels", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			lo, hi := uniform(rng, 5, 45), uniform(rng, 200, 250) // a scan's faded black and white
			return mapTone(p, func(v float64) float64 { return lo + v*(hi-lo)/255 })
		}),
	}
}

// around draws a factor that leaves 1 by lo to hi, up or down alike on a
// logarithmic scale.
func around(name string, lo, hi float64, of func(float64) Edit) Edit {
	return New(name, func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
		return of(math.Exp(signed(rng, lo, hi))).Apply(rng, p)
	})
}

func tone(name string, curve func(v float64) float64) Edit {
	return fixed(name, func(p *raster.Picture) *raster.Picture { return mapTone(p, curve) })
}

// mapTone sends every sample through one curve over 0 to 255.
func mapTone(p *raster.Picture, curve func(v float64) float64) *raster.Picture {
	var table [256]uint8
	for v := range table {
		table[v] = clamp8(curve(float64(v)))
	}
	out := raster.New(p.W, p.H)
	for i, v := range p.Pix {
		out.Pix[i] = table[v]
	}
	return out
}
