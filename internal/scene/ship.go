package scene

// drawShip draws a sailing boat, a freighter or a small motor boat on water that
// mirrors it, perhaps with a coast behind.
func drawShip(s *world) {
	s.horizon = s.between(.42, .68)
	s.sky(s.horizon + .01)
	if s.chance(.6) {
		s.ridge(s.horizon, s.between(.05, .25), s.between(.8, 2.5), .8, rgb{.35, .42, .35}, 4)
	}
	kind := s.rng.IntN(3)
	if s.chance(.3) {
		far := s.put(s.aspect()*s.between(.05, .95), s.horizon, s.between(.06, .12), 0, s.chance(.5))
		far.ship(s.rng.IntN(3))
	}
	b := s.put(s.aspect()*s.between(.3, .7), s.horizon, s.between(.24, .42), s.between(-.03, .03), s.chance(.5))
	b.ship(kind)
	choppy := s.between(.25, 1.1)
	deep := hsv(s.between(.48, .62), s.between(.4, .8), s.between(.2, .45))
	s.water(deep, choppy)
	b.wake(choppy)
}

// ship draws in units of half its length; the waterline is y = 0.
func (b brush) ship(kind int) {
	switch kind {
	case 0:
		b.sailboat()
	case 1:
		b.freighter()
	default:
		b.motorboat()
	}
}

// wake is the foam along the waterline.
func (b brush) wake(choppy float64) {
	for range 26 {
		x := b.between(-1.15, 1.1)
		b.solid(ellipse(x, b.between(-.01, .05), b.between(.03, .12), b.between(.006, .02), 0), material{colour: grey(.95), alpha: .25 + .3*choppy, blur: .004})
	}
}

func (b brush) hull(bow, stern, height float64, c, stripe rgb) {
	b.solid(poly(pt{-stern, -height}, pt{bow, -height * 1.35}, pt{bow * .8, .03}, pt{-stern * .92, .03}), material{round: .35, gloss: .12, paint: func(p pt) rgb {
		if p.y > -height*.28 {
			return stripe
		}
		return c.times(.9 + .2*b.fbm(4*p.x+20, 22*p.y+20, 3))
	}})
	b.solid(line(pt{-stern, -height}, pt{bow, -height * 1.35}, .012), material{colour: grey(.9), round: .4})
}

func (b brush) anyPaint() rgb {
	return pick(b.world, grey(b.between(.85, .98)), hsv(b.rng.Float64(), b.between(.4, .8), b.between(.25, .7)), rgb{.1, .14, .25})
}

func (b brush) sailboat() {
	mast, at := b.between(1.5, 2), b.between(-.05, .2)
	cloth := pick(b.world, grey(.97), rgb{.95, .9, .78}, hsv(b.rng.Float64(), .6, .85))
	seams := material{round: .25, paint: func(p pt) rgb {
		seam := smoothstep(.06, .02, mod(p.y*5+p.x, 1))
		return cloth.times(.97 - .14*seam)
	}}
	b.solid(line(pt{at, 0}, pt{at, -mast}, .013), material{colour: rgb{.4, .3, .22}, round: .5})
	belly := b.between(.1, .25)
	b.solid(shape{append(curve(pt{at - .03, -mast * .97}, pt{at - .45 - belly, -mast * .55}, pt{at - b.between(.7, .9), -.32}), pt{at - .03, -.28})}, seams)
	b.solid(shape{append(curve(pt{at + .03, -mast * .88}, pt{at + .32 + belly, -mast * .5}, pt{.92, -.28}), pt{at + .04, -.32})}, seams)
	b.hull(1, .85, b.between(.14, .2), b.anyPaint(), b.anyPaint())
	b.solid(blob(pt{-.5, -.16}, pt{-.45, -.29}, pt{.1, -.3}, pt{.25, -.18}), material{colour: grey(.9), round: .4})
}

func (b brush) freighter() {
	deck := b.between(.2, .28)
	b.hull(1, .98, deck, b.anyPaint(), rgb{.5, .12, .1})
	w, h := .13, .085
	for col := range b.count(6, 9) {
		for row := range b.count(1, 4) {
			c := hsv(b.rng.Float64(), b.between(.4, .75), b.between(.35, .75))
			b.solid(rect(-.42+float64(col)*(w+.008), -deck-.01-float64(row+1)*h, w, h*.95), material{round: .1, paint: func(p pt) rgb {
				return c.times(.9 + .15*smoothstep(.3, .7, mod(p.x*50, 1)))
			}})
		}
	}
	tower, storeys := b.anyPaint(), b.count(3, 5)
	for i := range storeys {
		y := -deck - float64(i+1)*.12
		x := -.92 + .02*float64(i)
		b.solid(rect(x, y, .38-.04*float64(i), .12), material{colour: mix(tower, grey(.95), .8), round: .08})
		for k := range 4 {
			b.solid(rect(x+.03+.08*float64(k), y+.03, .045, .045), material{colour: rgb{.12, .18, .25}})
		}
	}
	funnel := hsv(b.rng.Float64(), .7, .6)
	b.solid(rect(-.88, -deck-.12*float64(storeys)-.2, .13, .22), material{colour: funnel, round: .5})
	b.solid(line(pt{.85, -deck * 1.2}, pt{.85, -deck - .4}, .01), material{colour: grey(.7)})
}

func (b brush) motorboat() {
	deck := b.between(.22, .32)
	b.hull(1.05, .9, deck, b.anyPaint(), b.anyPaint())
	cabin := mix(b.anyPaint(), grey(.95), .5)
	top := -deck - b.between(.25, .45)
	b.solid(poly(pt{-.55, -deck}, pt{-.5, top}, pt{.2, top}, pt{.42, -deck * 1.1}), material{colour: cabin, round: .2})
	b.solid(poly(pt{-.44, -deck - .06}, pt{-.42, top + .05}, pt{.16, top + .05}, pt{.31, -deck - .06}), material{colour: rgb{.1, .16, .22}, gloss: .4})
	for _, x := range []float64{-.25, -.05} {
		b.solid(rect(x, top, .025, -deck-top), material{colour: cabin})
	}
	b.solid(line(pt{-.2, top}, pt{-.28, top - b.between(.25, .7)}, .012), material{colour: grey(.85), round: .4})
	b.solid(line(pt{-.28, top - .2}, pt{-.75, -deck}, .005), material{colour: grey(.3)})
	if b.chance(.6) {
		flag := hsv(b.rng.Float64(), .8, .8)
		b.solid(poly(pt{-.87, -deck - .32}, pt{-.62, -deck - .27}, pt{-.86, -deck - .18}), material{colour: flag})
		b.solid(line(pt{-.86, -deck}, pt{-.87, -deck - .33}, .008), material{colour: grey(.8)})
	}
}
