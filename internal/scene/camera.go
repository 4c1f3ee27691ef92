package scene

import (
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// Camera turns a painted scene into pixels, and is what a classifier can tell
// from them: the word is also the label.
type Camera string

const (
	// Real is a lens and a sensor: vignette, colour fringes, a little blur,
	// noise that grows with the light, chroma at half resolution.
	Real Camera = "real"
	// AI is what picture generators leave behind: smooth surfaces, glow, strong
	// colours, no noise, and the regular pattern of learnt upsampling.
	AI Camera = "ai"
)

// Generators returns the makes of the camera AI; their patterns differ.
func Generators() []string { return []string{"brushnet", "latentia", "pixelforge"} }

// take develops the canvas. The generator matters to [AI] only.
func (c Camera) take(s *canvas, rng *rand.Rand, generator string) *raster.Picture {
	if c == AI {
		return generate(s, rng, generator)
	}
	return expose(s, rng)
}

// expose is the real camera.
func expose(s *canvas, rng *rand.Rand) *raster.Picture {
	lens := drawLens(rng)
	s.resaturate(lens.saturation)
	planes := [3][]float32{}
	for ch := range planes {
		planes[ch] = lens.plane(s, ch)
		soften(planes[ch], s.w, s.h, lens.blur)
		lens.grain(planes[ch], s.w, s.h, rng)
	}
	halveChroma(planes, s.w, s.h)
	return develop(planes, s.w, s.h)
}

// lens is one camera body: how strongly it does what lenses and sensors do.
type lens struct {
	vignette, fringe, blur, exposure float64
	saturation                       float64
	balance                          rgb
	shot, read                       float64 // noise: with the light, and always there
}

func drawLens(rng *rand.Rand) lens {
	u := func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
	return lens{
		vignette: u(.2, .5), fringe: u(.001, .004), blur: u(.1, .6), exposure: u(.84, 1.02), saturation: u(.68, .88),
		balance: rgb{u(.95, 1.03), 1, u(.95, 1.06)}, shot: u(.014, .034), read: u(.006, .016),
	}
}

// plane samples one channel; red and blue are a trace larger and smaller than
// green, and the corners are darker.
func (l lens) plane(s *canvas, ch int) []float32 {
	out := make([]float32, s.w*s.h)
	scale := 1 + l.fringe*float64(1-ch)
	cx, cy := float64(s.w)/2, float64(s.h)/2
	inv := 1 / (cx*cx + cy*cy)
	for y := range s.h {
		for x := range s.w {
			dx, dy := float64(x)+.5-cx, float64(y)+.5-cy
			sx, sy := min(max(cx+dx*scale-.5, 0), float64(s.w-1)), min(max(cy+dy*scale-.5, 0), float64(s.h-1))
			v := s.between4(sx, sy, ch) * (1 - l.vignette*(dx*dx+dy*dy)*inv) * l.exposure * l.balance[ch]
			out[y*s.w+x] = float32(v)
		}
	}
	return out
}

// resaturate draws every colour to its grey, or away from it.
func (c *canvas) resaturate(factor float64) {
	for i, p := range c.pix {
		c.pix[i] = mix(grey(p.luma()), p, factor)
	}
}

// between4 is one channel between four pixels.
func (c *canvas) between4(x, y float64, ch int) float64 {
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, c.w-1), min(y0+1, c.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	a := lerp(c.pix[y0*c.w+x0][ch], c.pix[y0*c.w+x1][ch], fx)
	b := lerp(c.pix[y1*c.w+x0][ch], c.pix[y1*c.w+x1][ch], fx)
	return lerp(a, b, fy)
}

// grain adds noise, half of it shared with the pixel to the left as a sensor's
// colour filter makes it.
func (l lens) grain(v []float32, w, h int, rng *rand.Rand) {
	for y := range h {
		last := 0.0
		for x := range w {
			i := y*w + x
			fresh := rng.NormFloat64()
			v[i] += float32((l.read + l.shot*math.Sqrt(max(float64(v[i]), 0))) * (.8*fresh + .6*last))
			last = fresh
		}
	}
}

// soften is a small blur: the weight of the eight neighbours goes from 0 to 1.
func soften(v []float32, w, h int, weight float64) {
	k := float32(weight / 4)
	for y := range h {
		row := v[y*w : (y+1)*w]
		last := row[0]
		for x := range w {
			next := row[min(x+1, w-1)]
			here := row[x]
			row[x] = here*(1-2*k) + k*(last+next)
			last = here
		}
	}
	for x := range w {
		last := v[x]
		for y := range h {
			next, here := v[min(y+1, h-1)*w+x], v[y*w+x]
			v[y*w+x] = here*(1-2*k) + k*(last+next)
			last = here
		}
	}
}

// halveChroma gives every 2x2 block one colour difference, as 4:2:0 does.
func halveChroma(p [3][]float32, w, h int) {
	luma := func(i int) float32 { return .299*p[0][i] + .587*p[1][i] + .114*p[2][i] }
	for y := 0; y+1 < h; y += 2 {
		for x := 0; x+1 < w; x += 2 {
			block := [4]int{y*w + x, y*w + x + 1, (y+1)*w + x, (y+1)*w + x + 1}
			var y4 [4]float32
			for k, i := range block {
				y4[k] = luma(i)
			}
			for ch := range p {
				var d float32
				for k, i := range block {
					d += p[ch][i] - y4[k]
				}
				for k, i := range block {
					p[ch][i] = y4[k] + d/4
				}
			}
		}
	}
}

// develop bends highlights into 0 to 1 and rounds to 8 bits.
func develop(p [3][]float32, w, h int) *raster.Picture {
	out := raster.New(w, h)
	for i := range w * h {
		for ch := range p {
			out.Pix[3*i+ch] = to8(float64(p[ch][i]))
		}
	}
	return out
}

// to8 is linear up to .8 and then bends towards white.
func to8(v float64) uint8 {
	if v > .8 {
		over := (v - .8) / .2
		v = .8 + .2*over/(1+over)
	}
	return uint8(min(max(v, 0), 1)*255 + .5)
}
