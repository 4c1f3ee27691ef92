package scene

// sky paints the frame from the top down to a height with a gradient, a glow
// about the sun, and clouds that lie flat and get smaller towards the horizon.
func (s *world) sky(bottom float64) {
	sunX, sunY := s.between(-.2, s.aspect()+.2), s.between(-.3, .8)*s.horizon
	cover := 1 - s.mood.clouds
	fx, fy, ox, oy := s.between(.5, 1.2), s.between(1, 2.2), s.between(0, 90), s.between(0, 90)
	bright, dull := mix(s.mood.sun, grey(1), .5), s.mood.haze.times(.72)
	s.paint(0, bottom, func(x, y float64) rgb {
		up := max(s.horizon-y, 0)
		rise := min(up/max(s.horizon, .3), 1)
		c := mix(s.mood.skyline, s.mood.zenith, rise*(1.3-.3*rise))
		dx, dy := x-sunX, y-sunY
		c = c.plus(s.mood.sun.times(.28 * fade(5*(dx*dx+dy*dy))))
		depth := 1 / (up + .16)
		u, v := (x-s.aspect()/2)*depth*fx+ox, depth*fy+oy
		n := s.fbm(u, v, 5)
		density := smoothstep(.3+.3*cover, .52+.3*cover, n)
		if density == 0 {
			return c
		}
		lit := .5 + 3.2*(n-s.fbm(u+.12*s.light.x, v+.12, 3))
		cloud := mix(dull, bright, min(max(lit, 0), 1))
		return mix(c, cloud, density*smoothstep(0, .12, up+.03))
	})
}

// bokeh paints the whole frame as a lens sees what is out of focus:
// large soft colours and discs of light.
func (s *world) bokeh(colours []rgb, discs int) {
	ox, oy, f := s.between(0, 90), s.between(0, 90), s.between(1.2, 2.6)
	s.paint(0, 1, func(x, y float64) rgb {
		t := s.fbm(ox+f*x, oy+f*y, 2)*float64(len(colours)) - .001
		i := min(int(t), len(colours)-1)
		c := mix(colours[i], colours[(i+1)%len(colours)], smoothstep(.3, 1, t-float64(i)))
		return c.times(1.12 - .3*y)
	})
	b := s.brush()
	for range discs {
		r := s.between(.015, .075)
		c := mix(pick(s, colours...), s.mood.sun, s.between(.25, .7))
		b.solid(circle(s.between(0, s.aspect()), s.between(0, 1), r), material{colour: c, alpha: s.between(.12, .5), blur: r / 9})
	}
}
