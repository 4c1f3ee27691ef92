package edit

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	fixedpoint "golang.org/x/image/math/fixed"

	"github.com/curate/curate/internal/raster"
)

func marks() []Edit {
	return []Edit{
		New("caption", caption),
		New("watermark", watermark),
		New("stamp", stamp),
		New("blend", blend),
	}
}

var phrases = []string{"(c) stock photo", "SAMPLE", "preview only", "wish you were here", "photo of the day", "@somebody", "BREAKING NEWS", "do not copy"}

// caption writes a line of text at the top or bottom, as memes have it.
func caption(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	text, size := phrases[rng.IntN(len(phrases))], fontSize(rng, p, .07, .14)
	y := []float64{.02, .84}[rng.IntN(2)] * float64(p.H)
	ink := []color.RGBA{{255, 255, 255, 255}, {255, 230, 40, 255}, {10, 10, 10, 255}}[rng.IntN(3)]
	return write(p, text, size, [][2]float64{{uniform(rng, .03, .3) * float64(p.W), y}}, ink)
}

// watermark repeats a half transparent text all over.
func watermark(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	text, size := phrases[rng.IntN(len(phrases))], fontSize(rng, p, .05, .09)
	a := uint8(uniform(rng, 60, 140))
	var at [][2]float64
	for row := range 4 {
		for col := range 3 {
			x := (float64(col)/3 + .17*float64(row%2)) * float64(p.W)
			at = append(at, [2]float64{x, (.06 + .25*float64(row)) * float64(p.H)})
		}
	}
	return write(p, text, size, at, color.RGBA{a, a, a, a})
}

// stamp covers 10 to 35% of the width with an opaque label that bears a text.
func stamp(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	out := p.Clone()
	w, h := share(p.W, uniform(rng, .2, .5)), share(p.H, uniform(rng, .06, .16))
	x, y := rng.IntN(p.W-w+1), rng.IntN(p.H-h+1)
	fillRect(out, x, y, w, h, frameColour(rng))
	at := [][2]float64{{float64(x) + .05*float64(w), float64(y)}}
	return write(out, phrases[rng.IntN(len(phrases))], .7*float64(h), at, color.RGBA{200, 20, 20, 255})
}

// blend lays a coloured light over the picture, 12 to 35% of it at its centre.
func blend(rng *rand.Rand, p *raster.Picture) *raster.Picture {
	out := raster.New(p.W, p.H)
	light, strength := frameColour(rng), uniform(rng, .12, .35)
	cx, cy := rng.Float64()*float64(p.W), rng.Float64()*float64(p.H)
	reach := uniform(rng, .4, 1.2) * float64(max(p.W, p.H))
	for y := range p.H {
		from, to := p.Row(y), out.Row(y)
		for x := range p.W {
			d := math.Hypot(float64(x)-cx, float64(y)-cy) / reach
			a := strength / (1 + d*d)
			for c := range 3 {
				to[3*x+c] = clamp8(float64(from[3*x+c])*(1-a) + float64(light[c])*a)
			}
		}
	}
	return out
}

// fontSize draws a height from a share of the picture's shorter side.
func fontSize(rng *rand.Rand, p *raster.Picture, lo, hi float64) float64 {
	return uniform(rng, lo, hi) * float64(min(p.W, p.H))
}

// loadFont parses the carried typeface once.
var loadFont = sync.OnceValues(func() (*opentype.Font, error) { return opentype.Parse(gobold.TTF) })

// write draws a text with its top left corner at each of the given places. Text
// under four pixels high cannot be read and is drawn four pixels high.
func write(p *raster.Picture, text string, size float64, at [][2]float64, ink color.RGBA) *raster.Picture {
	parsed, err := loadFont()
	if err != nil {
		return p.Clone() // the typeface is part of the binary: a test sees that it parses
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: math.Max(4, size), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return p.Clone()
	}
	canvas := rgba(p)
	d := font.Drawer{Dst: canvas, Src: image.NewUniform(ink), Face: face}
	for _, xy := range at {
		d.Dot = fixedpoint.P(int(xy[0]), int(xy[1]+math.Max(4, size)))
		d.DrawString(text)
	}
	return raster.FromImage(canvas)
}
