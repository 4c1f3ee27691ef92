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
	"brushnet":   {8, .010, 1.2, .22},
	"latentia":   {4, .013, 1.1, .3},
	"pixelforge": {6, .012, 1.26, .16},
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
			l := .299*c[0] + .587*c[1] + .114*c[2]
			c = mix(grey(l), c, t.vivid)
			c = c.times(1.04).plus(grey(t.strength * wave[x] * wave[y]))
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

// smoothed averages each pixel with those of its 3x3 neighbours that look alike,
// twice: texture goes, edges stay.
func smoothed(s *canvas) []rgb {
	from := s.pix
	for range 2 {
		to := make([]rgb, len(from))
		for y := range s.h {
			for x := range s.w {
				to[y*s.w+x] = alike(s, from, x, y)
			}
		}
		from = to
	}
	return from
}

func alike(s *canvas, from []rgb, x, y int) rgb {
	here := from[y*s.w+x]
	sum, weight := here, 1.0
	for dy := max(y-1, 0); dy <= min(y+1, s.h-1); dy++ {
		for dx := max(x-1, 0); dx <= min(x+1, s.w-1); dx++ {
			c := from[dy*s.w+dx]
			d := math.Abs(c[0]-here[0]) + math.Abs(c[1]-here[1]) + math.Abs(c[2]-here[2])
			k := max(0, 1-3*d)
			sum, weight = sum.plus(c.times(k)), weight+k
		}
	}
	return sum.times(1 / weight)
}

// glow is the picture blurred over a twentieth of its height.
func glow(s *canvas, from []rgb) []rgb {
	out := append([]rgb(nil), from...)
	radius := max(1, s.h/40)
	plane := cover{alpha: make([]float32, len(from))}
	plane.box.Max.X, plane.box.Max.Y = s.w, s.h
	for ch := range 3 {
		for i, c := range from {
			plane.alpha[i] = float32(c[ch])
		}
		soft := plane.blurred(radius)
		for i, v := range soft.alpha {
			out[i][ch] = float64(v)
		}
	}
	return out
}
