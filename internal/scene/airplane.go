package scene

import "math"

// drawAirplane draws an airliner from the side, in the air or on the runway, or
// from below, or a small propeller machine.
func drawAirplane(s *world) {
	landed := s.chance(.3)
	if landed {
		s.horizon = s.between(.5, .62)
		s.outdoors(pick(s, s.asphalt(), s.meadow()))
	} else {
		s.horizon = s.between(.85, 1.5)
		s.sky(1)
		if s.horizon < 1 {
			s.backdrop()
			s.ground(s.anySoil())
		}
	}
	x, y, size := s.aspect()*s.between(.38, .62), s.between(.25, .65), s.between(.34, .55)
	tilt := s.between(-.4, .2)
	if landed {
		y, tilt = s.between(.66, .76), 0
	}
	b := s.put(x, y, size, tilt, s.chance(.5))
	if landed {
		b.shadow(ellipse(0, .3, 1, .06, 0), .03, .35)
	}
	switch kind := s.rng.IntN(3); {
	case kind == 0 && !landed:
		b.angle = s.between(0, 2*math.Pi)
		b.airlinerBelow()
	case kind == 1:
		b.propeller(landed)
	default:
		b.airliner(landed)
	}
}

type livery struct{ body, belly, tail, stripe rgb }

func (s *world) livery() livery {
	a, b := hsv(s.rng.Float64(), s.between(.5, .9), s.between(.4, .9)), hsv(s.rng.Float64(), s.between(.4, .9), s.between(.3, .8))
	body := pick(s, grey(.95), grey(.82), mix(a, grey(.95), .7))
	return livery{body, mix(body, grey(.5), .4), a, b}
}

// airliner draws in units of half its length, nose to the right, 0 at its middle.
func (b brush) airliner(wheels bool) {
	l := b.livery()
	fat := b.between(.105, .14)
	metal := material{colour: l.belly.times(.9), round: .4, gloss: .2}
	b.solid(poly(pt{-.02, -.02}, pt{-.45, -.36}, pt{-.54, -.36}, pt{-.28, -.02}), material{colour: l.belly.times(.75), round: .2})
	b.solid(poly(pt{-.72, -fat * .6}, pt{-.98, -.52}, pt{-.84, -.52}, pt{-.48, -fat * .9}), material{round: .15, paint: func(p pt) rgb {
		return mix(l.tail, l.stripe, smoothstep(.45, .5, mod(4*(p.y+.4*p.x), 1)))
	}})
	b.solid(blob(pt{-1, -fat * .7}, pt{-.7, -fat}, pt{0, -fat}, pt{.7, -fat * .98}, pt{.93, -fat * .55}, pt{1.01, .02}, pt{.85, fat * .75}, pt{.3, fat}, pt{-.4, fat}, pt{-.8, fat * .1}), material{round: .7, gloss: .35, paint: func(p pt) rgb {
		switch {
		case p.y > fat*.45:
			return l.belly
		case math.Abs(p.y-fat*.25) < fat*.1:
			return l.stripe
		}
		return l.body
	}})
	for i := range 22 {
		b.solid(ellipse(-.6+.062*float64(i), -fat*.18, .014, .02, 0), material{colour: rgb{.12, .15, .2}})
	}
	b.solid(poly(pt{.84, -fat * .52}, pt{.91, -fat * .46}, pt{.935, -fat * .12}, pt{.85, -fat * .14}), material{colour: rgb{.08, .1, .14}, gloss: .5})
	b.solid(poly(pt{-.74, -fat * .2}, pt{-1.06, -.02}, pt{-1.12, .03}, pt{-.86, .03}), metal)
	b.solid(poly(pt{.22, fat * .35}, pt{-.34, .36}, pt{-.48, .4}, pt{-.2, fat * .5}), metal)
	b.solid(blob(pt{.12, .16}, pt{.14, .26}, pt{-.12, .25}, pt{-.14, .18}), material{colour: l.tail, round: .6, gloss: .3})
	b.solid(ellipse(.125, .21, .025, .05, 0), material{colour: grey(.12)})
	if wheels {
		for _, x := range []float64{.72, -.12, -.2} {
			b.solid(line(pt{x, fat * .6}, pt{x, .27}, .012), material{colour: grey(.5)})
			b.solid(circle(x, .28, .035), material{colour: grey(.1), round: .4})
		}
	}
}

// airlinerBelow draws the cross of body and wings, nose to the right.
func (b brush) airlinerBelow() {
	l := b.livery()
	fat, sweep := b.between(.085, .12), b.between(.25, .5)
	metal := material{colour: l.belly, round: .25, gloss: .15}
	for _, side := range []float64{-1, 1} {
		b.solid(poly(pt{.24, 0}, pt{-sweep, side * .92}, pt{-sweep - .12, side * .92}, pt{-.14, side * .1}, pt{-.16, 0}), metal)
		b.solid(poly(pt{-.78, 0}, pt{-.98, side * .32}, pt{-1.05, side * .32}, pt{-.96, 0}), metal)
		b.solid(poly(pt{-sweep, side * .92}, pt{-sweep - .12, side * .92}, pt{-sweep - .1, side * .98}), material{colour: l.tail})
		for k := range b.count(1, 2) {
			y := side * (.3 + .24*float64(k))
			x := .12 - .3*math.Abs(y)*sweep*2
			b.solid(blob(pt{x + .12, y - .05}, pt{x + .12, y + .05}, pt{x - .12, y + .035}, pt{x - .12, y - .035}), material{colour: l.stripe.times(.8), round: .6})
		}
	}
	b.solid(blob(pt{1, 0}, pt{.88, fat * .8}, pt{.6, fat}, pt{-.5, fat}, pt{-1, fat * .25}, pt{-1, -fat * .25}, pt{-.5, -fat}, pt{.6, -fat}, pt{.88, -fat * .8}), material{colour: l.body.times(.9), round: .8, gloss: .25})
	if b.chance(.5) {
		for _, side := range []float64{-1, 1} {
			b.solid(tube([]pt{{-.2, side * .3}, {-4, side * .42}}, .02, .14), material{colour: grey(.98), alpha: .4, blur: .012})
		}
	}
}

// propeller draws a small high-winged machine.
func (b brush) propeller(wheels bool) {
	l := b.livery()
	b.solid(poly(pt{-.72, -.1}, pt{-1, -.46}, pt{-.82, -.48}, pt{-.5, -.12}), material{colour: l.tail, round: .2})
	b.solid(blob(pt{-1, -.1}, pt{-.4, -.16}, pt{-.1, -.34}, pt{.3, -.34}, pt{.5, -.17}, pt{.86, -.13}, pt{.92, .02}, pt{.82, .13}, pt{.2, .18}, pt{-.3, .1}), material{round: .6, gloss: .3, paint: func(p pt) rgb {
		if math.Abs(p.y-.01+.06*p.x) < .035 {
			return l.stripe
		}
		return l.body
	}})
	b.solid(poly(pt{-.06, -.3}, pt{.28, -.3}, pt{.44, -.16}, pt{-.14, -.15}), material{colour: rgb{.14, .2, .28}, gloss: .4})
	b.solid(rect(.13, -.31, .025, .16), material{colour: l.body})
	b.solid(blob(pt{-.3, -.36}, pt{.34, -.4}, pt{.36, -.33}, pt{-.28, -.3}), material{colour: l.tail, round: .4, gloss: .2})
	b.solid(poly(pt{-.78, -.1}, pt{-1.08, -.06}, pt{-1.08, -.03}, pt{-.74, -.02}), material{colour: l.tail, round: .3})
	b.solid(ellipse(.95, 0, .03, .36, .04), material{colour: grey(.75), alpha: .35, blur: .006})
	b.solid(ellipse(.95, 0, .05, .05, 0), material{colour: l.tail, round: .7})
	if wheels || b.chance(.7) {
		for _, x := range []float64{.6, .05} {
			b.solid(line(pt{x, .1}, pt{x - .02, .25}, .015), material{colour: grey(.6)})
			b.solid(circle(x-.02, .27, .065), material{colour: grey(.1), round: .4})
		}
	}
}
