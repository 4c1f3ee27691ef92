package edit

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// matrix turns a colour into another: three rows of weights of R, G, B.
type matrix [3][3]float64

// luma holds the weights of ITU-R 601-2 brightness.
var luma = [3]float64{.299, .587, .114}

// Saturation draws colours away from their grey (factor above 1) or to it.
func Saturation(factor float64) Edit {
	return recoloured(fmt.Sprintf("saturation=%g", factor), saturation(factor))
}

// Grey takes the colour away.
func Grey() Edit { return recoloured("grey", saturation(0)) }

// Hue turns colours about the grey axis by an angle in degrees.
func Hue(degrees float64) Edit {
	return recoloured(fmt.Sprintf("hue=%g", degrees), hue(degrees*math.Pi/180))
}

func colours() []Edit {
	return []Edit{
		around("saturation", .25, .8, Saturation),
		New("hue", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return Hue(signed(rng, 8, 40)).Apply(rng, p)
		}),
		Grey(),
		recoloured("sepia", matrix{{.393, .769, .189}, {.349, .686, .168}, {.272, .534, .131}}),
		New("cast", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			warm := signed(rng, .06, .25) // warm or cold light, like a wrong white balance
			return recolour(p, matrix{{1 + warm, 0, 0}, {0, 1 + uniform(rng, -.05, .05), 0}, {0, 0, 1 - warm}})
		}),
	}
}

func saturation(factor float64) matrix {
	var m matrix
	for r := range 3 {
		for c := range 3 {
			m[r][c] = luma[c] * (1 - factor)
		}
		m[r][r] += factor
	}
	return m
}

// hue is Rodrigues' rotation about the axis (1, 1, 1).
func hue(angle float64) matrix {
	sin, cos := math.Sincos(angle)
	a, b := (1-cos)/3, sin/math.Sqrt(3)
	return matrix{{cos + a, a - b, a + b}, {a + b, cos + a, a - b}, {a - b, a + b, cos + a}}
}

func recoloured(name string, m matrix) Edit {
	return fixed(name, func(p *raster.Picture) *raster.Picture { return recolour(p, m) })
}

func recolour(p *raster.Picture, m matrix) *raster.Picture {
	out := raster.New(p.W, p.H)
	for i := 0; i < len(p.Pix); i += 3 {
		r, g, b := float64(p.Pix[i]), float64(p.Pix[i+1]), float64(p.Pix[i+2])
		for c := range 3 {
			out.Pix[i+c] = clamp8(m[c][0]*r + m[c][1]*g + m[c][2]*b)
		}
	}
	return out
}
