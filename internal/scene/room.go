package scene

import "math"

// room paints an interior: a wall with or without pattern, a window or pictures
// on it, and a floor of boards, tiles or carpet.
func (s *world) room() {
	s.light = light{x: pick(s, -.55, .55), y: -.5, z: .67, sun: mix(s.mood.sun, rgb{1, .94, .82}, .7), ambient: rgb{.4, .38, .38}}
	s.horizon = s.between(.55, .75)
	s.wall()
	if s.chance(.6) {
		s.window()
	} else if s.chance(.8) {
		s.pictures()
	}
	s.floor()
	if s.chance(.45) {
		s.sofa()
	}
}

func (s *world) wall() {
	wall := hsv(s.rng.Float64(), s.between(.03, .4), s.between(.45, .95))
	second := wall.times(s.between(.82, 1.1))
	pattern, f := s.rng.IntN(4), s.between(7, 16)
	lampX := s.between(0, s.aspect())
	ox := s.between(0, 90)
	s.paint(0, s.horizon, func(x, y float64) rgb {
		c := wall
		switch pattern {
		case 0:
			c = mix(wall, second, smoothstep(.45, .55, .5+.5*math.Sin(2*math.Pi*f*x)))
		case 1:
			c = mix(wall, second, smoothstep(.55, .6, .5+.25*(math.Sin(2*math.Pi*f*x)+math.Sin(2*math.Pi*f*y))))
		}
		c = c.times(.92 + .16*s.fbm(6*x+ox, 6*y, 3))
		return c.times(1.08 - .4*math.Abs(x-lampX)/s.aspect() - .1*y)
	})
}

func (s *world) window() {
	b := s.brush()
	w, h := s.between(.35, .6), s.between(.3, .45)
	x, y := s.between(-.1, s.aspect()-.3), s.between(-.1, .12)
	frame := pick(s, grey(.95), rgb{.45, .3, .2}, grey(.3))
	b.solid(rect(x-.025, y-.025, w+.05, h+.05), material{colour: frame, round: .1})
	view, leaf := s.mood.zenith, rgb{.25, .4, .2}
	ox := s.between(0, 90)
	b.solid(rect(x, y, w, h), material{paint: func(p pt) rgb {
		t := smoothstep(.42, .56, s.fbm(4*p.x+ox, 4*p.y, 4)+.4*(p.y-y)/h-.2)
		return mix(mix(view, grey(1.2), .5), leaf, t).times(1.15)
	}})
	b.solid(rect(x+w/2-.01, y, .02, h), material{colour: frame})
	b.solid(rect(x, y+h/2-.01, w, .02), material{colour: frame})
	curtain := hsv(s.rng.Float64(), s.between(.1, .6), s.between(.5, .95))
	for _, cx := range []float64{x - .12, x + w - .02} {
		b.solid(rect(cx, y-.06, .14, h+.2), material{paint: func(p pt) rgb {
			return curtain.times(.78 + .3*math.Abs(math.Sin(70*p.x)))
		}, round: .3})
	}
}

func (s *world) pictures() {
	b := s.brush()
	for range s.count(1, 3) {
		w, h := s.between(.12, .3), s.between(.12, .26)
		x, y := s.between(0, s.aspect()-w), s.between(.03, s.horizon-h-.05)
		b.shadow(rect(x+.01, y+.015, w, h), .012, .6)
		b.solid(rect(x, y, w, h), material{colour: pick(s, grey(.1), rgb{.5, .35, .2}, grey(.9)), round: .15})
		one, two := hsv(s.rng.Float64(), .5, .8), hsv(s.rng.Float64(), .5, .5)
		ox := s.between(0, 90)
		b.solid(rect(x+.015, y+.015, w-.03, h-.03), material{paint: func(p pt) rgb {
			return mix(one, two, smoothstep(.4, .6, s.fbm(9*p.x+ox, 9*p.y, 3)))
		}})
	}
}

func (s *world) floor() {
	base := pick(s, hsv(s.between(.05, .09), s.between(.35, .6), s.between(.4, .75)), hsv(s.rng.Float64(), s.between(.1, .5), s.between(.4, .8)))
	kind, ox, room, lit := s.rng.IntN(3), s.between(0, 90), 1-s.horizon, s.lit()
	s.paint(s.horizon, 1, func(x, y float64) rgb {
		d := (y - s.horizon) / room
		z := 1 / (d + .5)
		u, v := (x-s.aspect()/2)*z*4, 6*z
		c := base
		switch kind {
		case 0: // boards with grain
			board := math.Floor(u)
			c = base.times(.8 + .35*s.at(board*7.7+ox, 3) + .25*(s.fbm(3*u+ox, .7*v+board*5, 3)-.5))
			c = c.times(1 - .4*smoothstep(.46, .5, math.Abs(u-board-.5)))
		case 1: // tiles
			if (int(math.Floor(u))+int(math.Floor(v*1.3)))&1 == 0 {
				c = base.times(.72)
			}
		default: // carpet
			c = base.times(.75 + .5*s.fbm(14*u+ox, 14*v, 2))
		}
		return c.by(lit).times(.8 + .3*d)
	})
	s.brush().solid(rect(-.1, s.horizon-.02, s.aspect()+.2, .03), material{colour: grey(s.between(.3, .95)), round: .5})
}

// sofa stands against the wall.
func (s *world) sofa() {
	c := hsv(s.rng.Float64(), s.between(.15, .65), s.between(.35, .8))
	ox := s.between(0, 90)
	cloth := material{paint: func(p pt) rgb { return c.times(.88 + .24*s.fbm(40*p.x+ox, 40*p.y, 2)) }, round: .4}
	x, w := s.between(-.3, .4), s.between(.8, 1.2)
	b := s.put(x, s.horizon+s.between(.02, .1), 1, 0, false)
	b.shadow(ellipse(w/2, .02, w*.56, .04, 0), .03, .45)
	b.solid(blob(pt{0, 0}, pt{.01, -.34}, pt{w / 2, -.36}, pt{w - .01, -.34}, pt{w, 0}), cloth)
	for i := range 3 {
		b.solid(blob(pt{w * (.1 + .27*float64(i)), -.12}, pt{w * (.23 + .27*float64(i)), -.14}, pt{w * (.36 + .27*float64(i)), -.12}, pt{w * (.36 + .27*float64(i)), 0}, pt{w * (.1 + .27*float64(i)), 0}), cloth)
	}
	for _, ax := range []float64{-.04, w - .08} {
		b.solid(blob(pt{ax, 0}, pt{ax, -.2}, pt{ax + .06, -.23}, pt{ax + .12, -.2}, pt{ax + .12, 0}), cloth)
	}
}
