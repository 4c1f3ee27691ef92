package edit

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Blur is a Gaussian of the given standard deviation in pixels.
func Blur(sigma float64) Edit {
	return fixed(fmt.Sprintf("blur=%g", sigma), func(p *raster.Picture) *raster.Picture {
		return convolve(p, gaussian(sigma))
	})
}

// Unsharp adds amount times what a Gaussian of sigma pixels takes away.
func Unsharp(sigma, amount float64) Edit {
	return fixed(fmt.Sprintf("unsharp=%g,%g", sigma, amount), func(p *raster.Picture) *raster.Picture {
		soft := convolve(p, gaussian(sigma))
		for i, v := range p.Pix {
			soft.Pix[i] = clamp8(float64(v) + amount*(float64(v)-float64(soft.Pix[i])))
		}
		return soft
	})
}

// Pixelate shows square blocks of one colour each, so many along the shorter
// side (never more than it has pixels).
func Pixelate(blocks int) Edit {
	return fixed(fmt.Sprintf("pixelate=%d", blocks), func(p *raster.Picture) *raster.Picture {
		f := min(1, float64(blocks)/float64(min(p.W, p.H)))
		small := scale(p, share(p.W, f), share(p.H, f))
		out := raster.New(p.W, p.H)
		for y := range p.H {
			for x := range p.W {
				r, g, b := small.RGB(x*small.W/p.W, y*small.H/p.H)
				out.Set(x, y, r, g, b)
			}
		}
		return out
	})
}

func filters() []Edit {
	return []Edit{
		drawn("blur", .6, 3, Blur),
		New("unsharp", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return Unsharp(uniform(rng, .8, 2.5), uniform(rng, .5, 2.5)).Apply(rng, p)
		}),
		drawn("pixelate", 48, 96, func(n float64) Edit { return Pixelate(int(n)) }),
	}
}

// gaussian returns a kernel of odd length, cut at three deviations, of sum 1.
func gaussian(sigma float64) []float32 {
	radius := max(1, int(math.Ceil(3*sigma)))
	kernel, sum := make([]float64, 2*radius+1), 0.0
	for i := range kernel {
		d := float64(i-radius) / sigma
		kernel[i] = math.Exp(-d * d / 2)
		sum += kernel[i]
	}
	out := make([]float32, len(kernel))
	for i, v := range kernel {
		out[i] = float32(v / sum)
	}
	return out
}

// convolve runs a kernel along the rows and then along the columns; the edge
// pixel stands for what lies beyond it.
func convolve(p *raster.Picture, kernel []float32) *raster.Picture {
	wide := make([]float32, len(p.Pix))
	r := len(kernel) / 2
	for y := range p.H {
		row, to := p.Row(y), wide[3*p.W*y:3*p.W*(y+1)]
		for k, weight := range kernel {
			addRow(to, row, k-r, p.W, weight)
		}
	}
	out := raster.New(p.W, p.H)
	sum := make([]float32, 3*p.W)
	for y := range p.H {
		clear(sum)
		for k, weight := range kernel {
			at := min(max(y+k-r, 0), p.H-1)
			for i, v := range wide[3*p.W*at : 3*p.W*(at+1)] {
				sum[i] += weight * v
			}
		}
		for i, v := range sum {
			out.Pix[3*p.W*y+i] = clamp8(float64(v))
		}
	}
	return out
}

// addRow adds weight times a row that is shifted by so many pixels.
func addRow(to []float32, row []uint8, shift, w int, weight float32) {
	for x := range w {
		from := 3 * min(max(x+shift, 0), w-1)
		to[3*x] += weight * float32(row[from])
		to[3*x+1] += weight * float32(row[from+1])
		to[3*x+2] += weight * float32(row[from+2])
	}
}
