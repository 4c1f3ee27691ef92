package augment

import (
	"github.com/curate/curate/internal/raster"
)

// The enhancers of Pillow's ImageEnhance: factor 0 is the degenerate picture, 1 the
// picture itself, more goes beyond it.

func brightness(p *raster.Picture, factor float64) *raster.Picture {
	return blend(p, factor, func(int) uint8 { return 0 })
}

func contrast(p *raster.Picture, factor float64) *raster.Picture {
	sum := 0
	for _, v := range p.Grey() {
		sum += int(v)
	}
	mean := uint8(float64(sum)/float64(p.W*p.H) + .5)
	return blend(p, factor, func(int) uint8 { return mean })
}

// colour is the enhancer that torchvision calls saturation.
func colour(p *raster.Picture, factor float64) *raster.Picture {
	grey := p.Grey()
	return blend(p, factor, func(i int) uint8 { return grey[i/3] })
}

func sharpness(p *raster.Picture, factor float64) *raster.Picture {
	soft := smooth(p)
	return blend(p, factor, func(i int) uint8 { return soft.Pix[i] })
}

// blend goes from the degenerate sample towards the picture's and beyond, in the
// precision of Pillow's Blend.c.
func blend(p *raster.Picture, factor float64, degenerate func(i int) uint8) *raster.Picture {
	out, f := raster.New(p.W, p.H), float32(factor)
	for i, v := range p.Pix {
		from := int(degenerate(i))
		step := float32(f * float32(int(v)-from)) // rounded here, where a fused product and sum would not
		out.Pix[i] = cut8(float32(from) + step)
	}
	return out
}

// cut8 cuts off what is behind the point.
func cut8(v float32) uint8 {
	if v <= 0 {
		return 0
	}
	if v >= 255 {
		return 255
	}
	return uint8(v)
}

// smooth is Pillow's ImageFilter.SMOOTH: the mean of nine pixels, the middle one
// counted five times. Pixels at the edge stay.
func smooth(p *raster.Picture) *raster.Picture {
	out := p.Clone()
	for y := 1; y < p.H-1; y++ {
		above, here, below, to := p.Row(y-1), p.Row(y), p.Row(y+1), out.Row(y)
		for i := 3; i < 3*(p.W-1); i++ {
			sum := 4 * int(here[i])
			for _, row := range [][]uint8{above, here, below} {
				sum += int(row[i-3]) + int(row[i]) + int(row[i+3])
			}
			to[i] = uint8((2*sum + 13) / 26)
		}
	}
	return out
}
