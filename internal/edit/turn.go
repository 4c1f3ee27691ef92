package edit

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Mirror swaps left and right.
func Mirror() Edit { return oriented("mirror", 2) }

// Turn turns right by 90, 180 or 270 degrees.
func Turn(degrees int) Edit {
	orientation := map[int]int{90: 6, 180: 3, 270: 8}[degrees]
	return oriented(fmt.Sprintf("turn=%d", degrees), orientation)
}

func turns() []Edit {
	return []Edit{
		Mirror(), oriented("flip", 4), Turn(90), Turn(180), Turn(270), oriented("transpose", 5),
		New("tilt", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			fill := [][3]uint8{{}, {255, 255, 255}, meanColour(p)}[rng.IntN(3)]
			return tilt(p, signed(rng, 2, 15), fill)
		}),
		New("tilt-crop", func(rng *rand.Rand, p *raster.Picture) *raster.Picture {
			return cropAt(tilt(p, signed(rng, 2, 10), meanColour(p)), .78, .5, .5) // no corner shows
		}),
		New("perspective", perspective),
	}
}

func oriented(name string, orientation int) Edit {
	return fixed(name, func(p *raster.Picture) *raster.Picture { return p.Orient(orientation).Clone() })
}

func tilt(p *raster.Picture, degrees float64, fill [3]uint8) *raster.Picture {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(p.W)/2, float64(p.H)/2
	return warp(p, p.W, p.H, fill, func(x, y float64) (float64, float64) {
		x, y = x-cx, y-cy
		return cx + x*cos + y*sin, cy - x*sin + y*cos
	})
}

// perspective looks at the picture a little from one side and from above or
// below: every corner leaves its place by up to a tenth of the side.
func perspective(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	a, b := signed(rng, .05, .25), signed(rng, .05, .25)
	w, h := float64(p.W), float64(p.H)
	return warp(p, p.W, p.H, meanColour(p), func(x, y float64) (float64, float64) {
		u, v := x/w-.5, y/h-.5
		d := 1 + a*u + b*v
		return (u/d*1.02 + .5) * w, (v/d*1.02 + .5) * h
	})
}
