package augment

import (
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// RandAugment applies Ops operations drawn from 14, all at one magnitude, 0 to 30
// (Cubuk et al., 2020; operations and magnitudes of torchvision's RandAugment). It
// draws anew each time, so an operation can come twice.
type RandAugment struct{ Ops, Magnitude int }

// topMagnitude is the highest one.
const topMagnitude = 30

// operation is one of the 14.
type operation struct {
	name   string
	signed bool // half of the time the other way
	top    func(p *raster.Picture) float64
	do     func(p *raster.Picture, v float64) *raster.Picture
}

func (r *RandAugment) apply(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	all := operations()
	for range r.Ops {
		op := all[rng.IntN(len(all))]
		v := op.strength(p, r.Magnitude)
		if op.signed && rng.IntN(2) == 1 {
			v = -v
		}
		p = op.do(p, v)
	}
	return p
}

// strength is the magnitude in the operation's own terms.
func (o operation) strength(p *raster.Picture, magnitude int) float64 {
	return o.top(p) * float64(magnitude) / topMagnitude
}

// operations lists them in torchvision's order.
func operations() []operation {
	const farthest = 150. / 331 // of the side: the paper's figure for its pictures
	to := func(v float64) func(*raster.Picture) float64 { return func(*raster.Picture) float64 { return v } }
	enhancer := func(f func(*raster.Picture, float64) *raster.Picture) func(*raster.Picture, float64) *raster.Picture {
		return func(p *raster.Picture, v float64) *raster.Picture { return f(p, 1+v) }
	}
	return []operation{
		{"identity", false, to(0), func(p *raster.Picture, _ float64) *raster.Picture { return p }},
		{"shear-x", true, to(.3), func(p *raster.Picture, v float64) *raster.Picture { return shear(p, v, 0) }},
		{"shear-y", true, to(.3), func(p *raster.Picture, v float64) *raster.Picture { return shear(p, 0, v) }},
		{"translate-x", true, func(p *raster.Picture) float64 { return farthest * float64(p.W) },
			func(p *raster.Picture, v float64) *raster.Picture { return translate(p, int(v), 0) }},
		{"translate-y", true, func(p *raster.Picture) float64 { return farthest * float64(p.H) },
			func(p *raster.Picture, v float64) *raster.Picture { return translate(p, 0, int(v)) }},
		{"rotate", true, to(30), rotate},
		{"brightness", true, to(.9), enhancer(brightness)},
		{"colour", true, to(.9), enhancer(colour)},
		{"contrast", true, to(.9), enhancer(contrast)},
		{"sharpness", true, to(.9), enhancer(sharpness)},
		{"posterize", false, to(4), func(p *raster.Picture, v float64) *raster.Picture { return posterize(p, 8-rounded(v)) }},
		{"solarize", false, to(255), func(p *raster.Picture, v float64) *raster.Picture { return solarize(p, 255-v) }},
		{"auto-contrast", false, to(0), func(p *raster.Picture, _ float64) *raster.Picture { return autoContrast(p) }},
		{"equalize", false, to(0), func(p *raster.Picture, _ float64) *raster.Picture { return equalize(p) }},
	}
}
