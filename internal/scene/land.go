package scene

import "math"

// ridge paints everything below a rugged line: hills, mountains, a far wood.
// far from 0 to 1 is its distance.
func (s *world) ridge(base, height, frequency, far float64, colour rgb, octaves int) {
	ox := s.between(0, 90)
	line := make([]float64, s.w)
	for i := range line {
		x := float64(i) / float64(s.h)
		line[i] = base - height*s.fbm(ox+frequency*x, ox, octaves)
	}
	scale := 14 - 8*far
	s.below(line, base+.02, func(x, y, _ float64) rgb {
		n := s.fbm(scale*x, 2*scale*y+ox, 3)
		return s.faded(colour.times(.62+.76*n).by(s.mood.sun), far)
	})
}

// below paints each column from the height that line gives down to a bottom;
// depth is how far a pixel lies under the line.
func (s *world) below(line []float64, bottom float64, colour func(x, y, depth float64) rgb) {
	last := s.rowOf(bottom)
	for i, top := range line {
		edge := top * float64(s.h)
		for row := max(int(math.Floor(edge)), 0); row < last; row++ {
			x, y := (float64(i)+.5)/float64(s.h), (float64(row)+.5)/float64(s.h)
			a := min(1, float64(row)+1-edge)
			j := row*s.w + i
			s.pix[j] = mix(s.pix[j], colour(x, y, y-top), a)
		}
	}
}

// backdrop paints what stands on the horizon: mountains, hills, a wood or a town.
func (s *world) backdrop() {
	switch s.rng.IntN(5) {
	case 0:
		s.ridge(s.horizon, s.between(.3, .6), s.between(1, 2), .85, pick(s, rgb{.42, .44, .5}, rgb{.5, .45, .42}), 6)
		s.ridge(s.horizon, s.between(.1, .22), s.between(1.5, 3), .55, rgb{.3, .4, .25}, 4)
	case 1:
		s.ridge(s.horizon, s.between(.1, .3), s.between(.6, 1.4), .7, rgb{.4, .5, .32}, 2)
		s.ridge(s.horizon, s.between(.05, .16), s.between(1, 2), .45, rgb{.32, .45, .22}, 3)
	case 2:
		s.ridge(s.horizon, s.between(.14, .34), s.between(6, 10), .5, rgb{.16, .27, .14}, 4)
	case 3:
		s.town(.6)
	}
}

// town is a row of houses with windows, as far as told.
func (s *world) town(far float64) {
	b := s.brush()
	for x := -.05; x < s.aspect(); {
		w, h := s.between(.06, .2), s.between(.06, .32)
		wall := s.faded(hsv(s.between(.02, .14), s.between(.05, .4), s.between(.35, .85)).by(s.mood.sun), far)
		glass := s.faded(pick(s, rgb{.2, .25, .32}, rgb{.95, .85, .5}, rgb{.6, .7, .8}), far*.8)
		b.solid(rect(x, s.horizon-h, w, h+.01), material{colour: wall})
		if s.chance(.35) {
			roof := s.faded(rgb{.5, .24, .18}, far)
			b.solid(poly(pt{x - .01, s.horizon - h}, pt{x + w/2, s.horizon - h - .05}, pt{x + w + .01, s.horizon - h}), material{colour: roof})
		}
		pitch := s.between(.022, .04)
		for wy := s.horizon - h + pitch/2; wy < s.horizon-pitch; wy += pitch {
			for wx := x + pitch/2; wx < x+w-pitch*.8; wx += pitch {
				b.solid(rect(wx, wy, pitch*.5, pitch*.6), material{colour: glass})
			}
		}
		x += w + s.between(0, .05)
	}
}

// soil is a ground: two colours that noise mixes, finer towards the viewer.
type soil struct {
	a, b  rgb
	grain float64 // strength of the fine texture
	fine  float64 // its frequency
}

func (s *world) meadow() soil {
	h := s.between(.17, .34)
	return soil{hsv(h, s.between(.45, .75), s.between(.35, .55)), hsv(h-.05, s.between(.35, .6), s.between(.5, .68)), .7, 9}
}

func (s *world) sand() soil {
	h := s.between(.07, .12)
	return soil{hsv(h, .38, .72), hsv(h, .28, .9), .3, 8}
}

func (s *world) snow() soil { return soil{rgb{.8, .86, .95}, rgb{.97, .98, 1}, .12, 3} }

func (s *world) asphalt() soil {
	v := s.between(.3, .52)
	return soil{grey(v), grey(v * 1.15), .3, 14}
}

func (s *world) anySoil() soil {
	return pick(s, s.meadow(), s.meadow(), s.sand(), s.snow(), s.asphalt())
}

// ground paints a plain from the horizon to the lower edge in perspective.
func (s *world) ground(g soil) {
	ox, oy := s.between(0, 90), s.between(0, 90)
	room, lit := 1-s.horizon, s.lit()
	s.paint(s.horizon, 1, func(x, y float64) rgb {
		d := (y - s.horizon) / room
		z := 1 / (d + .06)
		u, v := (x-s.aspect()/2)*z+ox, 2.2*z+oy
		c := mix(g.a, g.b, smoothstep(.25, .75, s.fbm(.8*u, .8*v, 3)))
		grain := s.fbm(g.fine*u, g.fine*.7*v, 3) - .5
		c = c.times(1 + g.grain*2*grain*smoothstep(0, .35, d)).by(lit)
		return s.faded(c, fade(5*d))
	})
}

// lit is the light on level ground.
func (s *world) lit() rgb { return s.light.on(grey(1), 0, -.6, .8, 0) }

// blades paints single blades of grass along the lower edge.
func (s *world) blades(n int, g soil) {
	b := s.brush()
	for range n {
		x, y := s.between(-.05, s.aspect()+.05), s.between(.93, 1.06)
		h, lean := s.between(.04, .13), s.between(-.05, .05)
		c := mix(g.a, g.b, s.between(-.3, 1)).times(s.between(.6, 1.2)).by(s.lit())
		b.solid(tube(curve(pt{x, y}, pt{x + lean*.3, y - h*.6}, pt{x + lean, y - h}), .004, .0006), material{colour: c})
	}
}

// outdoors paints sky, backdrop and ground, and returns the ground.
func (s *world) outdoors(g soil) soil {
	s.sky(s.horizon + .01)
	s.backdrop()
	s.ground(g)
	return g
}
