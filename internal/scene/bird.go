package scene

import "math"

// drawBird draws a bird on a branch, on the ground, on water, or in flight.
func drawBird(s *world) {
	switch s.rng.IntN(4) {
	case 0:
		leaf := hsv(s.between(.15, .5), s.between(.2, .6), s.between(.35, .75))
		s.bokeh([]rgb{leaf, leaf.times(.6), mix(leaf, s.mood.skyline, .6), s.mood.skyline}, s.count(4, 20))
		s.perched()
	case 1:
		s.horizon = s.between(.4, .6)
		g := s.outdoors(pick(s, s.meadow(), s.sand(), s.snow()))
		b := s.put(s.aspect()*s.between(.38, .6), s.between(.6, .7), s.between(.26, .38), s.between(-.25, .05), s.chance(.5))
		b.shadow(ellipse(.05, .78, .6, .08, 0), .03, .45)
		b.bird(s.between(.3, .5))
		s.blades(s.count(0, 30), g)
	case 2:
		s.horizon = s.between(.3, .5)
		s.sky(s.horizon + .01)
		s.backdrop()
		s.water(hsv(s.between(.4, .6), s.between(.3, .7), s.between(.2, .45)), s.between(.2, .7))
		b := s.put(s.aspect()*s.between(.38, .6), s.between(.62, .75), s.between(.28, .4), s.between(-.05, .05), s.chance(.5))
		b.swimmer()
	default:
		s.horizon = s.between(.9, 1.5)
		s.sky(1)
		if s.horizon < 1 {
			s.backdrop()
			s.ground(s.anySoil())
		}
		for range s.count(0, 2) {
			far := s.put(s.between(0, s.aspect()), s.between(.05, .4), s.between(.05, .12), s.between(-.4, .4), s.chance(.5))
			far.flyer()
		}
		b := s.put(s.aspect()*s.between(.4, .6), s.between(.4, .62), s.between(.3, .46), s.between(-.4, .4), s.chance(.5))
		b.flyer()
	}
}

// plumage is the colours of a bird.
type plumage struct{ back, breast, wing, cap, beak rgb }

func (s *world) plumage() plumage {
	h := s.rng.Float64()
	return plumage{
		back:   pick(s, hsv(h, s.between(.3, .85), s.between(.25, .8)), grey(s.between(.1, .5)), hsv(.08, .5, .4)),
		breast: pick(s, hsv(h+s.between(.1, .5), s.between(.3, .8), s.between(.6, .95)), grey(.92), rgb{.85, .6, .4}),
		wing:   hsv(h+s.between(-.1, .1), s.between(.2, .8), s.between(.15, .6)),
		cap:    pick(s, hsv(s.rng.Float64(), s.between(.4, .9), s.between(.2, .8)), grey(.1), grey(.9)),
		beak:   pick(s, rgb{.95, .65, .15}, grey(.15), rgb{.8, .3, .15}),
	}
}

// feathers streaks a colour along the body.
func (b brush) feathers(at func(p pt) rgb) material {
	ox := b.between(0, 90)
	return material{round: .6, paint: func(p pt) rgb {
		return at(p).times(.8 + .4*b.fbm(9*p.x+ox, 26*p.y+ox, 3))
	}}
}

func (s *world) perched() {
	b := s.put(s.aspect()*s.between(.38, .6), s.between(.42, .55), s.between(.28, .4), s.between(-.5, .1), s.chance(.5))
	y := s.between(.68, .8)
	wood := s.brush()
	wood.solid(tube(curve(pt{-.1, y + s.between(-.1, .1)}, pt{s.aspect() * .4, y}, pt{s.aspect() + .1, y + s.between(-.15, .15)}), s.between(.02, .04), s.between(.012, .03)), wood.bark(0))
	for range s.count(0, 9) {
		at := s.put(s.between(0, s.aspect()), y+s.between(-.03, .03), s.between(.06, .12), s.between(-2.5, 2.5), false)
		at.solid(blob(pt{0, 0}, pt{.5, -.22}, pt{1, 0}, pt{.5, .22}), material{colour: hsv(s.between(.2, .35), .6, s.between(.35, .65)), round: .5})
	}
	b.bird(y/b.scale - b.y/b.scale + .02)
}

// bird draws in units of half its length, beak to the right; legs is how far
// below its middle it stands.
func (b brush) bird(legs float64) {
	f := b.plumage()
	fat := b.between(.3, .44)
	b.solid(poly(pt{-.5, -.06}, pt{-1.25, b.between(.0, .3)}, pt{-1.2, b.between(.32, .45)}, pt{-.45, .16}), b.feathers(func(pt) rgb { return f.wing }))
	for _, x := range []float64{-.06, .1} {
		foot := pt{x + .04, max(legs, fat+.1)}
		b.solid(line(pt{x, fat * .7}, foot, .022), material{colour: f.beak.times(.8), round: .5})
		b.solid(line(pt{foot.x - .08, foot.y}, pt{foot.x + .14, foot.y}, .02), material{colour: f.beak.times(.7), round: .5})
	}
	b.solid(blob(pt{-.62, -.02}, pt{-.3, -fat * .8}, pt{.2, -fat}, pt{.52, -.3}, pt{.56, .05}, pt{.25, fat}, pt{-.3, fat * .75}), b.feathers(func(p pt) rgb {
		return mix(f.back, f.breast, smoothstep(-.06, .12, p.y+.25*p.x))
	}))
	b.head(pt{.52, -.42}, b.between(.24, .3), f)
	b.solid(blob(pt{.3, -.12}, pt{.05, -.28}, pt{-.35, -.16}, pt{-.85, .16}, pt{-.4, .14}, pt{.1, .12}), b.feathers(func(p pt) rgb {
		bar := smoothstep(.3, .7, .5+.5*math.Sin(24*(p.x+p.y)))
		return mix(f.wing, f.wing.times(1.5), bar)
	}))
}

func (b brush) head(at pt, r float64, f plumage) {
	open := b.between(.05, .09)
	long := b.between(1.6, 2.4)
	b.solid(poly(pt{at.x + r*.8, at.y - open}, pt{at.x + r*long, at.y + .04}, pt{at.x + r*.8, at.y + open}), material{colour: f.beak, round: .4})
	b.solid(circle(at.x, at.y, r), b.feathers(func(p pt) rgb {
		return mix(f.cap, f.breast, smoothstep(-.02, .08, p.y-at.y+.05))
	}))
	b.eye(at.x+r*.38, at.y-r*.15, r*.16, rgb{.1, .07, .05})
}

// eye is a dark ball with a gleam.
func (b brush) eye(x, y, r float64, iris rgb) {
	b.solid(circle(x, y, r*1.35), material{colour: grey(.08), round: .3})
	b.solid(circle(x, y, r), material{colour: iris, round: .4})
	b.solid(circle(x, y, r*.55), material{colour: grey(.02)})
	b.solid(circle(x+r*.3, y-r*.35, r*.28), material{colour: grey(1.3)})
}

func (b brush) swimmer() {
	f := b.plumage()
	neck := b.between(.3, .75)
	b.solid(curveNeck(neck), b.feathers(func(pt) rgb { return f.cap }))
	b.solid(blob(pt{-1, -.3}, pt{-.7, -.2}, pt{-.2, -.36}, pt{.4, -.3}, pt{.62, -.05}, pt{.5, .14}, pt{-.6, .14}), b.feathers(func(p pt) rgb {
		return mix(f.back, f.breast, smoothstep(0, .3, p.x+p.y))
	}))
	b.head(pt{.62, -.42 - neck*.6}, .19, f)
	b.solid(blob(pt{.3, -.1}, pt{0, -.28}, pt{-.5, -.26}, pt{-.95, -.22}, pt{-.4, .02}, pt{.1, .04}), b.feathers(func(pt) rgb { return f.wing }))
	for i := range 4 {
		b.solid(ellipse(-.2*float64(i)+.1, .13+.035*float64(i), .75+.16*float64(i), .025, 0), material{colour: b.mood.skyline, alpha: .35, blur: .006})
	}
}

func curveNeck(neck float64) shape {
	return tube(curve(pt{.35, -.1}, pt{.56, -.3}, pt{.5, -.36 - neck*.3}, pt{.6, -.42 - neck*.6}), .16, .11)
}

// flyer draws a bird with its wings spread, seen from the side.
func (b brush) flyer() {
	f := b.plumage()
	up, back := b.between(.35, 1), b.between(-.5, .1)
	b.wingOf(pt{-.02, -.04}, pt{back - .12, -up * .95}, f.wing.times(.72))
	b.solid(poly(pt{-.5, -.05}, pt{-1, -.12}, pt{-1.02, .12}, pt{-.48, .08}), b.feathers(func(pt) rgb { return f.wing }))
	b.solid(blob(pt{-.66, 0}, pt{-.1, -.15}, pt{.36, -.12}, pt{.5, 0}, pt{.36, .12}, pt{-.1, .16}), b.feathers(func(p pt) rgb {
		return mix(f.back, f.breast, smoothstep(-.04, .06, p.y))
	}))
	b.head(pt{.52, -.04}, .13, f)
	low := b.between(-.7, .6)
	b.wingOf(pt{.08, -.02}, pt{back + .1, -up * low}, f.wing)
}

// wingOf spreads feathers from a shoulder to a tip.
func (b brush) wingOf(shoulder, tip pt, c rgb) {
	for i := range 9 {
		t := float64(i) / 8
		end := pt{lerp(tip.x, shoulder.x-.62, t), lerp(tip.y, shoulder.y, t) * (1 - .25*t)}
		mid := pt{(shoulder.x+end.x)/2 + .12*(1-t), (shoulder.y + end.y) / 2}
		b.solid(tube(curve(shoulder, mid, end), .07, .03), material{colour: c.times(.75 + .5*t), round: .5})
	}
	b.solid(tube(curve(shoulder, pt{(shoulder.x+tip.x)/2 + .18, (shoulder.y + tip.y) / 2}, tip), .085, .02), material{colour: c.times(1.1), round: .7})
}
