package scene

// drawCat draws a cat that sits, lies or looks into the camera.
func drawCat(s *world) {
	floor := s.petPlace(.6)
	f := s.catFur()
	iris := pick(s, rgb{.75, .8, .2}, rgb{.3, .7, .35}, rgb{.9, .65, .15}, rgb{.4, .65, .9})
	switch s.rng.IntN(3) {
	case 0:
		b := s.put(s.aspect()*s.between(.4, .6), s.between(.52, .66), s.between(.32, .44), s.between(-.2, .2), s.chance(.5))
		b.solid(blob(pt{-.45, .4}, pt{.45, .4}, pt{.9, 1.3}, pt{1, 2.5}, pt{-1, 2.5}, pt{-.9, 1.3}), f.material(b, 1))
		b.catFace(f, iris)
	case 1:
		b := s.put(s.aspect()*s.between(.4, .6), floor, s.between(.4, .52), 0, s.chance(.5))
		b.catSitting(f, iris)
	default:
		b := s.put(s.aspect()*s.between(.4, .6), floor, s.between(.4, .52), 0, s.chance(.5))
		b.catLying(f, iris)
	}
}

// catFace draws a head from the front in units of half its width.
func (b brush) catFace(f fur, iris rgb) {
	for _, side := range []float64{-1, 1} {
		b.solid(poly(pt{side * .2, -.62}, pt{side * .78, -1.22}, pt{side * .9, -.25}), f.material(b, 1))
		b.solid(poly(pt{side * .4, -.66}, pt{side * .72, -1.04}, pt{side * .78, -.42}), material{colour: rgb{.85, .6, .58}, round: .3})
	}
	b.solid(blob(pt{-.55, -.68}, pt{0, -.76}, pt{.55, -.68}, pt{.92, -.1}, pt{.7, .46}, pt{0, .68}, pt{-.7, .46}, pt{-.92, -.1}), f.material(b, 1))
	if f.pattern == tabby {
		for _, x := range []float64{-.2, 0, .2} {
			b.solid(tube(curve(pt{x, -.72}, pt{x * .8, -.5}, pt{x * .9, -.34}), .045, .015), material{colour: f.mark, round: .4})
		}
	}
	for _, x := range []float64{-.19, .19} {
		b.solid(ellipse(x, .34, .25, .2, 0), f.only(b, f.pale))
	}
	slit := b.between(.02, .08)
	for _, side := range []float64{-1, 1} {
		b.solid(ellipse(side*.4, -.1, .23, .19, side*.25), material{colour: grey(.06)})
		b.solid(ellipse(side*.4, -.1, .2, .165, side*.25), material{colour: iris, round: .5, gloss: .2})
		b.solid(ellipse(side*.4, -.1, slit, .155, 0), material{colour: grey(.02)})
		b.solid(circle(side*.4+.06, -.17, .035), material{colour: grey(1.3)})
		b.solid(tube(curve(pt{0, .3}, pt{side * .09, .42}, pt{side * .24, .4}), .018, .01), material{colour: grey(.15)})
	}
	b.solid(poly(pt{-.1, .14}, pt{.1, .14}, pt{0, .28}), material{colour: rgb{.85, .5, .5}, round: .5})
	b.whiskers(pt{0, .32}, .3, 1.25)
}

func (b brush) whiskers(at pt, from, to float64) {
	for _, side := range []float64{-1, 1} {
		for i := range 4 {
			slope := -.14 + .09*float64(i) + b.between(-.02, .02)
			b.solid(tube(curve(pt{at.x + side*from, at.y + .02*float64(i)}, pt{at.x + side*(from+to)/2, at.y + slope*.8}, pt{at.x + side*to, at.y + slope*2}), .008, .003), material{colour: grey(.95), alpha: .85})
		}
	}
}

// face puts a small face where the body has its head.
func (b brush) face(at pt, size float64, f fur, iris rgb) {
	head := b.point(at)
	sub := b.put(head.x, head.y, b.scale*size, b.angle+b.between(-.12, .12), b.flip)
	sub.catFace(f, iris)
}

// catSitting draws a cat that looks at us, paws on y = 0.
func (b brush) catSitting(f fur, iris rgb) {
	coat := f.material(b, 1)
	b.shadow(ellipse(0, 0, .6, .06, 0), .03, .4)
	sway := b.between(.5, .95)
	b.solid(capped(curve(pt{.25, -.08}, pt{.6, -.06}, pt{sway, b.between(-.5, -.1)}, pt{sway - .1, b.between(-.8, -.4)}), .07, .05), coat)
	b.solid(blob(pt{-.42, -.02}, pt{-.46, -.35}, pt{-.26, -.85}, pt{0, -1}, pt{.26, -.85}, pt{.46, -.35}, pt{.42, -.02}), coat)
	b.solid(blob(pt{-.12, -.85}, pt{.12, -.85}, pt{.14, -.5}, pt{0, -.35}, pt{-.14, -.5}), f.only(b, f.pale))
	for _, x := range []float64{-.12, .12} {
		b.solid(capped([]pt{{x, -.5}, {x, -.07}}, .1, .08), coat)
		b.solid(ellipse(x, -.05, .11, .06, 0), f.only(b, f.pale))
	}
	for _, side := range []float64{-1, 1} {
		b.solid(ellipse(side*.36, -.05, .14, .06, 0), coat)
	}
	b.face(pt{b.between(-.06, .06), -1.12}, .36, f, iris)
}

// catLying draws a cat stretched out, head to the right.
func (b brush) catLying(f fur, iris rgb) {
	coat := f.material(b, 1)
	b.shadow(ellipse(0, 0, 1.05, .07, 0), .03, .4)
	b.solid(capped(curve(pt{-.8, -.12}, pt{-1.15, -.1}, pt{-1.1, b.between(-.45, .02)}, pt{-.8, b.between(-.2, .04)}), .07, .05), coat)
	b.solid(blob(pt{-.95, -.06}, pt{-.9, -.4}, pt{-.5, -.56}, pt{.1, -.46}, pt{.6, -.52}, pt{.8, -.3}, pt{.7, -.02}, pt{-.2, .01}), coat)
	b.solid(ellipse(-.6, -.22, .28, .22, 0), coat)
	b.solid(capped([]pt{{.5, -.12}, {1.02, -.06}}, .1, .07), coat)
	b.solid(ellipse(1.04, -.05, .1, .055, 0), f.only(b, f.pale))
	b.face(pt{.66, -.6}, .34, f, iris)
}
