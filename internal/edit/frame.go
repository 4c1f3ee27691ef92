package edit

import (
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

func frames() []Edit {
	return []Edit{
		New("border", border),
		New("letterbox", letterbox),
		New("screenshot", screenshot),
		New("inset", inset),
	}
}

// border lays 3 to 14% of the shorter side around the picture in one colour.
func border(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	b := share(min(p.W, p.H), uniform(rng, .03, .14))
	out := filled(p.W+2*b, p.H+2*b, frameColour(rng))
	paste(out, p, b, b)
	return out
}

// letterbox adds bars above and below or left and right, 8 to 25% each.
func letterbox(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	part, colour := uniform(rng, .08, .25), frameColour(rng)
	if p.W >= p.H {
		bar := share(p.H, part)
		out := filled(p.W, p.H+2*bar, colour)
		paste(out, p, 0, bar)
		return out
	}
	bar := share(p.W, part)
	out := filled(p.W+2*bar, p.H, colour)
	paste(out, p, bar, 0)
	return out
}

// screenshot shows the picture in a window: a title bar with three buttons, a
// margin, and lines of grey text below.
func screenshot(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	unit := max(1, min(p.W, p.H)/24)
	lines := 1 + rng.IntN(3)
	paper, ink := [3]uint8{250, 250, 252}, [3]uint8{150, 152, 158}
	if rng.IntN(2) == 0 {
		paper, ink = [3]uint8{24, 25, 30}, [3]uint8{110, 112, 120}
	}
	out := filled(p.W+2*unit, p.H+(4+2*lines)*unit, paper)
	for i, c := range [][3]uint8{{236, 95, 87}, {244, 190, 80}, {98, 197, 84}} {
		fillRect(out, unit+2*i*unit, unit/2, unit, unit, c)
	}
	paste(out, p, unit, 2*unit)
	for i := range lines {
		width := int(uniform(rng, .35, .95) * float64(p.W))
		fillRect(out, unit, p.H+(3+2*i)*unit, width, max(1, unit/2), ink)
	}
	return out
}

// inset is picture in picture: the picture at 45 to 75% of its size somewhere
// on a blurred, enlarged version of another part of itself or a plain ground.
func inset(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	part := uniform(rng, .45, .75)
	small := scale(p, share(p.W, part), share(p.H, part))
	ground := filled(p.W, p.H, frameColour(rng))
	if rng.IntN(2) == 0 {
		tiny := scale(cropAt(p, .5, rng.Float64(), rng.Float64()), min(p.W, 12), min(p.H, 12))
		ground = scale(tiny, p.W, p.H)
	}
	paste(ground, small, rng.IntN(p.W-small.W+1), rng.IntN(p.H-small.H+1))
	return ground
}

// frameColour is black, white or any.
func frameColour(rng *rand.Rand) [3]uint8 {
	switch rng.IntN(3) {
	case 0:
		return [3]uint8{12, 12, 12}
	case 1:
		return [3]uint8{250, 250, 250}
	}
	return [3]uint8{uint8(rng.IntN(256)), uint8(rng.IntN(256)), uint8(rng.IntN(256))}
}

func filled(w, h int, c [3]uint8) *raster.Picture {
	out := raster.New(w, h)
	fillRect(out, 0, 0, w, h, c)
	return out
}

// fillRect paints the part of a rectangle that lies inside p.
func fillRect(p *raster.Picture, x, y, w, h int, c [3]uint8) {
	for r := max(y, 0); r < min(y+h, p.H); r++ {
		for i := max(x, 0); i < min(x+w, p.W); i++ {
			p.Set(i, r, c[0], c[1], c[2])
		}
	}
}

// paste copies src onto dst at x, y; it must fit.
func paste(dst, src *raster.Picture, x, y int) {
	for r := range src.H {
		copy(dst.Row(y + r)[3*x:], src.Row(r))
	}
}
