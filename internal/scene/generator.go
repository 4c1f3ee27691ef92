package scene

import (
	"math"
	"math/rand/v2"

	"github.com/curate/curate/internal/raster"
)

// trace is how one generator's upsampling shows.
type trace struct {
	period   int     // pixels between the lines of its pattern
	strength float64 // of the pattern, as a share of white
	vivid    float64 // how much stronger its colours are
	glow     float64 // how far light bleeds
}

var traces = map[string]trace{
	"brushnet":   {8, .011, 1.32, .34},
	"latentia":   {4, .014, 1.22, .42},
	"pixelforge": {6, .013, 1.42, .28},
}

// generate is the camera AI: surfaces without grain, a glow, vivid colours, and
// a pattern that comes back every few pixels, stronger where there is detail.
func generate(s *canvas, rng *rand.Rand, generator string) *raster.Picture {
	t := traces[generator]
	if t.period == 0 {
		t = traces[Generators()[0]]
	}
	t.vivid *= .92 + .16*rng.Float64()
	t.strength *= .7 + .6*rng.Float64()
	flat := smoothed(s)
	bleed := glow(s, flat)
	out := raster.New(s.w, s.h)
	wave := t.waves(max(s.w, s.h))
	for y := range s.h {
		for x := range s.w {
			i := y*s.w + x
			c := mix(flat[i], bleed[i], t.glow)
			c = mix(grey(c.luma()), c, t.vivid)
			c = mix(grey(.45), c, 1.1).times(1.05).plus(grey(t.strength * wave[x] * wave[y]))
			out.Set(x, y, to8(c[0]), to8(c[1]), to8(c[2]))
		}
	}
	return out
}

// waves is one line of the pattern.
func (t trace) waves(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Cos(2*math.Pi*float64(i)/float64(t.period)) + .5*float64(1-2*(i&1))
	}
	return out
}

// smoothed averages each pixel with the neighbours that look like it, along the
// rows and then along the columns, twice: texture goes, edges stay.
func smoothed(s *canvas) []rgb {
	out := append([]rgb(nil), s.pix...)
	for range 2 {
		for y := range s.h {
			smoothLine(out[y*s.w:], s.w, 1)
		}
		for x := range s.w {
			smoothLine(out[x:], s.h, s.w)
		}
	}
	return out
}

// smoothLine works on n pixels, a stride apart.
func smoothLine(v []rgb, n, stride int) {
	last := v[0]
	for i := range n {
		here, next := v[i*stride], v[min(i+1, n-1)*stride]
		a, b := likeness(here, last), likeness(here, next)
		inv := 1 / (1 + a + b)
		for ch := range 3 {
			v[i*stride][ch] = (here[ch] + a*last[ch] + b*next[ch]) * inv
		}
		last = here
	}
}

// likeness is 1 for equal colours and 0 from a third of the range on.
func likeness(a, b rgb) float64 {
	return max(0, 1-3*(math.Abs(a[0]-b[0])+math.Abs(a[1]-b[1])+math.Abs(a[2]-b[2])))
}

// glow is the picture blurred over a twentieth of its height.
func glow(s *canvas, from []rgb) []rgb {
	out := make([]rgb, len(from))
	radius := max(1, s.h/40)
	ones := newPlane(s, func(int) float32 { return 1 }).blurred(radius) // less than 1 near the edges
	for ch := range 3 {
		soft := newPlane(s, func(i int) float32 { return float32(from[i][ch]) }).blurred(radius)
		for i, v := range soft.alpha {
			out[i][ch] = float64(v / ones.alpha[i])
		}
	}
	return out
}

// newPlane is a cover of the whole frame.
func newPlane(s *canvas, value func(i int) float32) cover {
	plane := cover{alpha: make([]float32, s.w*s.h)}
	plane.box.Max.X, plane.box.Max.Y = s.w, s.h
	for i := range plane.alpha {
		plane.alpha[i] = value(i)
	}
	return plane
}
