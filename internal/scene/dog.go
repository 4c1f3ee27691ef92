package scene

// drawDog draws a dog that stands, sits or looks into the camera.
func drawDog(s *world) {
	floor := s.petPlace(.3)
	f, ears := s.dogFur(), s.between(.3, .75)
	switch s.rng.IntN(3) {
	case 0:
		b := s.put(s.aspect()*s.between(.4, .6), s.between(.5, .64), s.between(.34, .46), s.between(-.2, .2), s.chance(.5))
		b.dogBust(f)
		b.dogFace(f, ears)
	case 1:
		b := s.put(s.aspect()*s.between(.4, .6), floor, s.between(.32, .44), 0, s.chance(.5))
		b.dogStanding(f, ears)
	default:
		b := s.put(s.aspect()*s.between(.4, .6), floor, s.between(.36, .46), 0, s.chance(.5))
		b.dogSitting(f, ears)
	}
}

// dogFace draws a head from the front in units of half its width.
func (b brush) dogFace(f fur, ears float64) {
	coat, wide := f.material(b, 1), b.between(.66, .92)
	muzzle, long := b.between(.34, .56), b.between(.68, 1)
	dark := mix(f.main, f.mark, .6).times(.75)
	pointed := b.chance(.4)
	if pointed {
		for _, side := range []float64{-1, 1} {
			b.solid(blob(pt{side * .3, -.6}, pt{side * .72, -1.3}, pt{side * .86, -.4}), f.only(b, dark))
		}
	}
	b.solid(blob(pt{-.6, -.72}, pt{0, -.88}, pt{.6, -.72}, pt{wide, -.1}, pt{.55, .5}, pt{0, .62}, pt{-.55, .5}, pt{-wide, -.1}), coat)
	if f.pattern == patches {
		b.solid(blob(pt{-.1, -.85}, pt{.1, -.85}, pt{.12, 0}, pt{-.12, 0}), f.only(b, f.pale))
	}
	b.solid(blob(pt{-muzzle * .8, .05}, pt{0, -.12}, pt{muzzle * .8, .05}, pt{muzzle, .45}, pt{.25, long * .93}, pt{0, long}, pt{-.25, long * .93}, pt{-muzzle, .45}), f.only(b, f.pale))
	for _, side := range []float64{-1, 1} {
		b.eye(side*.34, -.2, b.between(.09, .11), pick(b.world, rgb{.35, .2, .08}, rgb{.2, .12, .06}, rgb{.4, .55, .7}))
		b.solid(tube(curve(pt{side * .02, .4}, pt{side * .14, .56}, pt{side * .34, .48}), .022, .014), material{colour: grey(.1)})
		if !pointed {
			b.solid(blob(pt{side * .45, -.75}, pt{side * 1, -.55}, pt{side * 1.12, ears * .5}, pt{side * .86, ears}, pt{side * .66, -.1}), f.only(b, dark))
		}
	}
	if b.chance(.5) {
		b.solid(blob(pt{-.16, .6}, pt{.16, .6}, pt{.15, .9}, pt{0, 1.02}, pt{-.15, .9}), material{colour: rgb{.9, .42, .45}, round: .5, gloss: .15})
	}
	b.solid(blob(pt{-.2, .1}, pt{0, .05}, pt{.2, .1}, pt{.12, .26}, pt{0, .34}, pt{-.12, .26}), material{colour: grey(.07), round: .5, gloss: .5})
}

// dogBust is neck and shoulders below a face.
func (b brush) dogBust(f fur) {
	b.solid(blob(pt{-.5, .3}, pt{.5, .3}, pt{1, 1.3}, pt{1.2, 2.5}, pt{-1.2, 2.5}, pt{-1, 1.3}), f.material(b, 1))
	b.solid(blob(pt{-.3, .6}, pt{.3, .6}, pt{.35, 1.5}, pt{0, 1.9}, pt{-.35, 1.5}), f.only(b, f.pale))
	b.collar(pt{-.62, .82}, pt{0, 1.02}, pt{.62, .82})
}

func (b brush) collar(a, m, z pt) {
	if b.chance(.6) {
		b.solid(tube(curve(a, m, z), .06, .06), material{colour: hsv(b.rng.Float64(), .8, .7), round: .6, gloss: .2})
		b.solid(circle(m.x, m.y+.09, .06), material{colour: rgb{.9, .75, .3}, round: .6, gloss: .6})
	}
}

// dogStanding draws from the side, head to the right, paws on y = 0.
func (b brush) dogStanding(f fur, ears float64) {
	coat := f.material(b, 1)
	leg, deep := b.between(.5, .8), b.between(.24, .34)
	y := -leg - deep*.6
	b.shadow(ellipse(0, 0, .95, .07, 0), .03, .4)
	for _, x := range []float64{-.62, .48} {
		b.leg(x+.08, y, f.only(b, f.main.times(.6)))
	}
	curl := b.between(-.5, .2)
	b.solid(capped(curve(pt{-.75, y - .1}, pt{-1.05, y - .25}, pt{-1.15, y + curl - .2}), .075, .03), coat)
	b.solid(blob(pt{-.85, y}, pt{-.7, y - deep}, pt{0, y - deep*.82}, pt{.55, y - deep}, pt{.8, y - .1}, pt{.6, y + deep}, pt{0, y + deep*.65}, pt{-.55, y + deep*.6}), coat)
	for _, x := range []float64{-.7, .55} {
		b.leg(x, y, coat)
	}
	neck := pt{.92, y - b.between(.42, .6)}
	b.solid(capped([]pt{{.6, y - .08}, neck}, .24, .17), coat)
	b.collar(pt{.66, y - .36}, pt{.82, y - .24}, pt{.93, y - .24})
	b.dogProfile(neck, f, ears)
}

func (b brush) leg(x, y float64, m material) {
	knee := b.between(-.1, .1)
	b.solid(capped(curve(pt{x, y}, pt{x + knee, y * .45}, pt{x + knee*.3, -.06}), .13, .065), m)
	b.solid(ellipse(x+knee*.3+.05, -.05, .12, .055, 0), m)
}

// dogProfile is a head from the side.
func (b brush) dogProfile(at pt, f fur, ears float64) {
	coat, snout := f.material(b, 1), b.between(.36, .52)
	b.solid(blob(pt{at.x - .22, at.y - .06}, pt{at.x, at.y - .24}, pt{at.x + .2, at.y - .17}, pt{at.x + .26 + snout*.5, at.y - .03}, pt{at.x + .2 + snout, at.y + .02}, pt{at.x + .2 + snout, at.y + .12}, pt{at.x + .25, at.y + .18}, pt{at.x - .1, at.y + .18}), coat)
	b.solid(blob(pt{at.x + .24, at.y + .04}, pt{at.x + .18 + snout, at.y + .04}, pt{at.x + .19 + snout, at.y + .12}, pt{at.x + .25, at.y + .17}), f.only(b, f.pale))
	b.solid(ellipse(at.x+.2+snout, at.y+.01, .055, .045, 0), material{colour: grey(.06), round: .5, gloss: .5})
	b.solid(line(pt{at.x + .26, at.y + .13}, pt{at.x + .17 + snout, at.y + .1}, .01), material{colour: grey(.12)})
	b.eye(at.x+.15, at.y-.06, .035, rgb{.25, .14, .06})
	dark := mix(f.main, f.mark, .6).times(.75)
	if b.chance(.35) {
		b.solid(blob(pt{at.x - .2, at.y - .12}, pt{at.x - .12, at.y - .48}, pt{at.x + .04, at.y - .18}), f.only(b, dark))
		return
	}
	b.solid(blob(pt{at.x - .16, at.y - .2}, pt{at.x + .02, at.y - .16}, pt{at.x + .02, at.y + ears*.35}, pt{at.x - .12, at.y + ears*.45}, pt{at.x - .24, at.y + .05}), f.only(b, dark))
}

// dogSitting draws from the side, upright, paws on y = 0.
func (b brush) dogSitting(f fur, ears float64) {
	coat := f.material(b, 1)
	b.shadow(ellipse(-.05, 0, .75, .07, 0), .03, .4)
	b.solid(capped(curve(pt{-.5, -.1}, pt{-.85, -.06}, pt{-1.05, b.between(-.5, -.1)}), .07, .03), coat)
	b.solid(blob(pt{-.55, -.03}, pt{-.62, -.4}, pt{-.3, -.85}, pt{.1, -1.3}, pt{.36, -1.2}, pt{.42, -.75}, pt{.3, -.2}, pt{0, -.03}), coat)
	b.solid(blob(pt{.2, -1.05}, pt{.4, -1}, pt{.42, -.7}, pt{.3, -.45}, pt{.22, -.7}), f.only(b, f.pale))
	b.solid(ellipse(-.3, -.27, .3, .25, 0), coat)
	b.solid(ellipse(-.1, -.06, .22, .06, 0), coat)
	for _, x := range []float64{.17, .3} {
		b.solid(capped([]pt{{x, -.7}, {x + .03, -.07}}, .1, .07), coat)
		b.solid(ellipse(x+.08, -.05, .12, .055, 0), coat)
	}
	b.collar(pt{.05, -1.2}, pt{.22, -1.1}, pt{.38, -1.16})
	b.dogProfile(pt{.22, -1.42}, f, ears)
}
