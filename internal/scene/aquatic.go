package scene

import "math"

// drawAquatic draws life under water: a fish and its school, a jellyfish or a
// turtle, among weeds, corals and bubbles.
func drawAquatic(s *world) {
	s.underwater()
	for range s.count(0, 5) {
		s.coral(s.between(0, s.aspect()), s.between(.85, 1.02))
	}
	s.weeds(s.count(0, 9))
	kind := s.rng.IntN(5)
	school := s.swim()
	for range s.count(0, 9) {
		b := s.put(s.between(0, s.aspect()), s.between(.1, .85), s.between(.03, .09), s.between(-.3, .3), s.chance(.5))
		b.fish(school)
	}
	b := s.put(s.aspect()*s.between(.38, .62), s.between(.38, .62), s.between(.26, .44), s.between(-.35, .35), s.chance(.5))
	switch kind {
	case 3:
		b.y -= .12
		b.jellyfish()
	case 4:
		b.turtle()
	default:
		b.fish(s.swim())
	}
	for range s.count(3, 25) {
		r := s.between(.003, .014)
		at := s.brush()
		x, y := s.between(0, s.aspect()), s.between(0, 1)
		at.solid(circle(x, y, r), material{colour: rgb{.85, .95, 1}, alpha: .3, round: .4, gloss: .6})
		at.solid(circle(x-r*.3, y-r*.3, r*.3), material{colour: grey(1.2), alpha: .8})
	}
}

// swim is the look of one kind of fish.
type swim struct {
	back, belly, mark, fin rgb
	fat, tail, dorsal      float64
	pattern                int
	stripes                float64
}

func (s *world) swim() swim {
	h := s.rng.Float64()
	return swim{
		back: hsv(h, s.between(.4, .95), s.between(.4, .95)), belly: mix(hsv(h+.1, .4, .95), grey(.95), s.rng.Float64()),
		mark: hsv(h+s.between(.2, .7), s.between(.3, .9), s.between(.1, .95)), fin: hsv(h+s.between(-.15, .3), s.between(.5, .9), s.between(.5, .95)),
		fat: s.between(.22, .56), tail: s.between(.2, .42), dorsal: s.between(.12, .36), pattern: s.rng.IntN(4), stripes: s.between(4, 13),
	}
}

func (f swim) colour(b brush, p pt) rgb {
	c := mix(f.back, f.belly, smoothstep(-.2*f.fat, .8*f.fat, p.y))
	scale := .9 + .2*math.Abs(math.Sin(34*p.x)*math.Sin(34*p.y+17*math.Floor(34*p.x/math.Pi)))
	switch f.pattern {
	case 0:
		c = mix(c, f.mark, smoothstep(.1, .3, math.Sin(f.stripes*p.x*2+b.at(3*p.x+9, 3*p.y))))
	case 1:
		c = mix(c, f.mark, smoothstep(.2, .5, math.Sin(f.stripes*3*p.y/f.fat)))
	case 2:
		c = mix(c, f.mark, smoothstep(.56, .62, b.fbm(9*p.x+40, 9*p.y+40, 2)))
	}
	return c.times(scale)
}

// fish draws in units of half its length, head to the right.
func (b brush) fish(f swim) {
	rays := func(c rgb) material {
		return material{round: .2, alpha: .9, paint: func(p pt) rgb { return c.times(.75 + .4*math.Abs(math.Sin(40*(p.x+.4*p.y)))) }}
	}
	b.solid(blob(pt{-.6, 0}, pt{-1, -f.tail}, pt{-.92, 0}, pt{-1, f.tail}), rays(f.fin))
	b.solid(blob(pt{.3, -f.fat * .8}, pt{-.05, -f.fat - f.dorsal}, pt{-.5, -f.fat*.7 - f.dorsal*.6}, pt{-.5, -f.fat * .3}), rays(f.fin))
	b.solid(blob(pt{-.05, f.fat * .8}, pt{-.3, f.fat + f.dorsal*.7}, pt{-.55, f.fat * .4}), rays(f.fin.times(.9)))
	b.solid(blob(pt{.98, .03}, pt{.7, -f.fat * .62}, pt{.2, -f.fat}, pt{-.4, -f.fat * .55}, pt{-.7, -f.fat * .14}, pt{-.7, f.fat * .14}, pt{-.4, f.fat * .55}, pt{.2, f.fat}, pt{.7, f.fat * .6}), material{round: .7, gloss: .2, paint: func(p pt) rgb { return f.colour(b, p) }})
	b.solid(blob(pt{.25, f.fat * .15}, pt{-.02, f.fat * .1}, pt{-.14, f.fat * .6}, pt{.12, f.fat * .5}), rays(f.fin))
	b.solid(tube(curve(pt{.46, -f.fat * .5}, pt{.38, 0}, pt{.46, f.fat * .5}), .012, .012), material{colour: f.back.times(.5), alpha: .6})
	b.eye(.7, -f.fat*.18, .065, pick(b.world, rgb{.9, .75, .2}, grey(.9), rgb{.7, .3, .2}))
	b.solid(line(pt{.97, .06}, pt{.84, f.fat * .22}, .012), material{colour: f.back.times(.35)})
}

func (b brush) jellyfish() {
	c := hsv(b.rng.Float64(), b.between(.25, .7), b.between(.8, 1))
	for range b.count(9, 18) {
		x, sway := b.between(-.6, .6), b.between(-.25, .25)
		b.solid(tube(curve(pt{x, .05}, pt{x + sway, .6}, pt{x - sway, 1}, pt{x + sway, b.between(1.1, 1.7)}), .025, .006), material{colour: c.times(.85), alpha: .5, round: .5})
	}
	b.solid(blob(pt{-.85, .1}, pt{-.75, -.4}, pt{-.3, -.72}, pt{.3, -.72}, pt{.75, -.4}, pt{.85, .1}, pt{.4, .18}, pt{0, .1}, pt{-.4, .18}), material{round: .6, gloss: .5, alpha: .78, paint: func(p pt) rgb {
		return c.times(.65 + .5*math.Abs(math.Sin(7*math.Atan2(p.x, p.y+.1))))
	}})
	for i := range 4 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 2)
		b.solid(ellipse(cos*.26, -.34+sin*.14, .16, .1, 0), material{colour: grey(1), alpha: .35, blur: .006})
	}
}

func (b brush) turtle() {
	skin, plate := hsv(b.between(.15, .4), b.between(.3, .6), b.between(.35, .65)), hsv(b.between(.04, .3), b.between(.4, .7), b.between(.3, .6))
	scaled := material{round: .5, paint: func(p pt) rgb {
		return mix(skin, skin.times(.45), smoothstep(.5, .62, b.fbm(13*p.x+20, 13*p.y+20, 2)))
	}}
	b.solid(blob(pt{.35, -.2}, pt{.5, -.75}, pt{.1, -1}, pt{.12, -.4}), scaled)
	b.solid(blob(pt{-.5, .1}, pt{-.95, .35}, pt{-.9, .1}), scaled)
	b.solid(blob(pt{.6, -.1}, pt{.95, -.3}, pt{1.1, -.1}, pt{.98, .06}, pt{.6, .12}), scaled)
	b.eye(.97, -.16, .035, grey(.15))
	b.solid(ellipse(0, 0, .72, .46, -.06), material{round: .75, gloss: .15, paint: func(p pt) rgb {
		u, v := p.x*3.2, p.y*3.4+.5*math.Floor(p.x*3.2)
		edge := min(math.Abs(u-math.Round(u)), math.Abs(v-math.Round(v)))
		return plate.times(.55 + .75*smoothstep(.0, .16, edge))
	}})
	b.solid(blob(pt{.3, .2}, pt{.62, .8}, pt{.25, 1.1}, pt{.08, .45}), scaled)
	b.solid(blob(pt{-.45, .25}, pt{-.75, .62}, pt{-.85, .4}), scaled)
}

// coral is a clump of round or branching growth on the floor.
func (s *world) coral(x, y float64) {
	c := s.faded(hsv(s.rng.Float64(), s.between(.4, .8), s.between(.5, .9)), .35)
	b := s.put(x, y, s.between(.07, .2), 0, s.chance(.5))
	if s.chance(.5) {
		for range s.count(5, 9) {
			b.solid(circle(s.between(-.8, .8), s.between(-.7, 0), s.between(.25, .5)), material{colour: c.times(s.between(.7, 1.1)), round: .7})
		}
		return
	}
	for range s.count(4, 8) {
		lean := s.between(-1, 1)
		b.solid(capped(curve(pt{lean * .2, .1}, pt{lean * .6, -.5}, pt{lean, s.between(-1.5, -.7)}), .14, .08), material{colour: c.times(s.between(.75, 1.15)), round: .6})
	}
}

func (s *world) weeds(n int) {
	b := s.brush()
	for range n {
		x, h, sway := s.between(0, s.aspect()), s.between(.2, .6), s.between(-.08, .08)
		c := s.faded(hsv(s.between(.2, .45), .6, s.between(.25, .5)), .4)
		b.solid(tube(curve(pt{x, 1.03}, pt{x + sway, 1 - h*.35}, pt{x - sway, 1 - h*.7}, pt{x + sway, 1 - h}), s.between(.008, .02), .003), material{colour: c, round: .6})
	}
}
