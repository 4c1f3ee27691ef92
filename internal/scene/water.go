package scene

import "math"

// water paints the frame below the horizon as a surface that mirrors what is
// above it, broken by waves; so it comes after all that it should mirror.
func (s *world) water(deep rgb, choppy float64) {
	room, lit := 1-s.horizon, deep.by(s.lit())
	ox, oy := s.between(0, 90), s.between(0, 90)
	s.paint(s.horizon, 1, func(x, y float64) rgb {
		d := (y - s.horizon) / room
		z := 1 / (d + .05)
		u, v := (x-s.aspect()/2)*z*1.6+ox, 7*z+oy
		wave := s.fbm(u, v, 4) - .5
		mirror := s.mirrored(x+.05*choppy*wave, y, wave*choppy)
		c := mix(mirror, lit, lerp(.22, .68, d))
		glint := smoothstep(.14, .3, wave*lerp(.6, 1.1, d)) * choppy
		c = c.times(1 + .9*wave*choppy).plus(s.mood.sun.times(.32 * glint))
		return s.faded(c, .8*fade(7*d))
	})
}

// mirrored is the colour above the horizon that the water at x, y throws back.
func (s *world) mirrored(x, y, wave float64) rgb {
	up := s.horizon - (y-s.horizon)*(.9+.9*wave) - .004
	row := min(max(int(up*float64(s.h)), 0), s.h-1)
	col := min(max(int(x*float64(s.h)), 0), s.w-1)
	return s.pix[row*s.w+col].times(.86)
}

// underwater paints the whole frame as seen below the surface: light from above
// that falls in shafts, and a floor that fades into the distance.
func (s *world) underwater() {
	hue := s.between(.46, .62)
	top, low := hsv(hue, s.between(.35, .7), s.between(.75, .98)), hsv(hue+.04, s.between(.75, .95), s.between(.16, .4))
	ox, slant := s.between(0, 90), s.between(-.6, .6)
	s.mood.haze = mix(top, low, .5)
	s.mood.hazy = 1
	s.light = light{x: .1, y: -.75, z: .65, sun: mix(top, grey(1), .45), ambient: mix(low, top, .5).times(.8).plus(grey(.12))}
	s.horizon = s.between(.72, .95)
	s.paint(0, 1, func(x, y float64) rgb {
		c := mix(top, low, math.Pow(y, .75))
		shaft := s.at(ox+7*(x+slant*y), 3.5) * s.at(ox+3*(x+slant*y), 8)
		haze := s.fbm(ox+2*x, 2*y, 3)
		return c.plus(top.times(.6 * shaft * (1 - y) * (1 - y))).times(.86 + .28*haze)
	})
	g := soil{mix(rgb{.5, .45, .35}, low, .35), mix(rgb{.85, .78, .6}, low, .3), .6, 7}
	if s.chance(.7) {
		s.ground(g)
	}
}
