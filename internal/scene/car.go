package scene

import "math"

// drawCar draws a car from the side or from the front, on a road, a square or a
// track in the country.
func drawCar(s *world) {
	s.horizon = s.between(.36, .56)
	g := s.outdoors(pick(s, s.asphalt(), s.asphalt(), s.sand(), s.meadow(), s.snow()))
	if s.chance(.7) {
		s.road()
	}
	flip := s.chance(.5)
	if s.chance(.3) {
		b := s.put(s.aspect()*s.between(.35, .65), s.between(.78, .92), s.between(.3, .45), s.between(-.02, .02), flip)
		b.carFront()
	} else {
		b := s.put(s.aspect()*s.between(.38, .62), s.between(.74, .9), s.between(.36, .56), s.between(-.03, .03), flip)
		b.carSide()
	}
	if s.chance(.3) {
		s.blades(s.count(10, 40), g)
	}
}

// road runs from the lower edge to a point on the horizon.
func (s *world) road() {
	b := s.brush()
	vanish := s.between(-.3, s.aspect()+.3)
	left, right := s.between(-2, -.6), s.aspect()+s.between(.6, 2)
	tar, ox := grey(s.between(.26, .42)), s.between(0, 90)
	room := 1 - s.horizon
	b.solid(poly(pt{vanish, s.horizon}, pt{right, 1.02}, pt{left, 1.02}), material{paint: func(p pt) rgb {
		d := (p.y - s.horizon) / room
		z := 1 / (d + .06)
		c := tar.times(.8 + .4*s.fbm((p.x-vanish)*z*12+ox, 20*z, 2)*smoothstep(0, .3, d))
		return s.faded(c, fade(5*d))
	}})
	middle := (left + right) / 2
	for t := .1; t < 1; t *= 1.5 {
		at := func(t, side float64) pt {
			return pt{lerp(vanish, middle, t) + side*.035*t, lerp(s.horizon, 1.02, t)}
		}
		b.solid(poly(at(t, -1), at(t, 1), at(t*1.22, 1), at(t*1.22, -1)), material{colour: rgb{.9, .88, .8}, alpha: .8})
	}
}

// carPaint is lacquer: a colour, the sky mirrored in its upper half.
func (s *world) carPaint() material {
	c := pick(s, hsv(s.rng.Float64(), s.between(.5, .9), s.between(.4, .85)), grey(s.between(.08, .9)), hsv(pick(s, 0., .6, .12), .85, .7))
	return material{round: .45, gloss: .5, paint: func(p pt) rgb {
		return mix(c, s.mood.skyline, .3*smoothstep(-.25, -.5, p.y))
	}}
}

// carSide draws in units of half the car's length, wheels on y = 0.
func (b brush) carSide() {
	roof, wheel := b.between(.62, .86), b.between(.15, .19)
	hood, belt := b.between(.36, .46), b.between(.46, .52)
	front, rear := b.between(.25, .5), b.between(-.95, -.6) // where the windscreen and the rear window meet the belt
	b.shadow(ellipse(0, .02, 1.08, .09, 0), .03, .3)
	lacquer := b.carPaint()
	top := []pt{{rear, -belt}, {rear + .16, -roof * .96}, {-.2, -roof}, {front - .35, -roof * .97}, {front, -belt}}
	b.solid(blob(append([]pt{{rear + .02, -.3}}, append(top, pt{front, -.3})...)...), lacquer)
	b.solid(blob(pt{-1, -.16}, pt{-1.01, -belt * .86}, pt{-.9, -belt}, pt{front, -belt}, pt{.88, -hood}, pt{1.01, -.3}, pt{1, -.16}, pt{.6, -.12}, pt{-.6, -.12}), lacquer)
	b.carWindows(rear, front, belt, roof)
	for _, x := range []float64{-.6, .62} {
		b.solid(circle(x, -wheel, wheel*1.22), material{colour: grey(.04)})
		b.wheel(x, -wheel, wheel)
	}
	b.solid(rect(-1.01, -.17, 2.02, .035), material{colour: grey(.12), round: .4})
	b.solid(ellipse(.94, -.34, .06, .035, .2), material{colour: rgb{1, .97, .85}, gloss: 1, round: .6})
	b.solid(ellipse(-.97, -.38, .035, .05, 0), material{colour: rgb{.8, .08, .05}, round: .5})
	for _, x := range []float64{front - .5, rear + .48} {
		b.solid(rect(x, -belt, .008, belt-.18), material{colour: grey(.1), alpha: .6})
		b.solid(rect(x-.12, -belt+.07, .08, .014), material{colour: grey(.75), round: .5})
	}
}

func (b brush) carWindows(rear, front, belt, roof float64) {
	y0, y1 := -belt-.015, -roof+.06
	glass := material{gloss: .35, round: .12, paint: func(p pt) rgb {
		t := smoothstep(0, .05, math.Abs(math.Mod(p.x+p.y+4, .5)-.2))
		return mix(b.mood.zenith.times(.75), rgb{.09, .11, .14}, .45+.5*t)
	}}
	middle := (rear + front) / 2
	b.solid(poly(pt{rear + .1, y0}, pt{rear + .22, y1}, pt{middle - .05, y1 - .01}, pt{middle - .03, y0}), glass)
	b.solid(poly(pt{middle + .03, y0}, pt{middle + .01, y1 - .01}, pt{front - .36, y1}, pt{front - .1, y0}), glass)
}

func (b brush) wheel(x, y, r float64) {
	b.solid(circle(x, y, r), material{colour: grey(.1), round: .3})
	rim := grey(b.between(.5, .85))
	b.solid(circle(x, y, r*.66), material{colour: rim.times(.45)})
	spokes := b.count(5, 9)
	turn := b.between(0, 2)
	for i := range spokes {
		sin, cos := math.Sincos(turn + 2*math.Pi*float64(i)/float64(spokes))
		b.solid(line(pt{x, y}, pt{x + cos*r*.63, y + sin*r*.63}, r*.07), material{colour: rim, round: .5})
	}
	b.solid(circle(x, y, r*.16), material{colour: rim, round: .6, gloss: .5})
}

// carFront draws in units of half the car's width, wheels on y = 0.
func (b brush) carFront() {
	roof, lacquer := b.between(1.15, 1.7), b.carPaint()
	lacquer.paint = func(paint func(pt) rgb) func(pt) rgb {
		return func(p pt) rgb { return paint(pt{p.x, p.y * .45}) }
	}(lacquer.paint)
	b.shadow(ellipse(0, .03, 1.15, .12, 0), .04, .3)
	for _, x := range []float64{-.86, .62} {
		b.solid(blob(pt{x, 0}, pt{x, -.4}, pt{x + .24, -.4}, pt{x + .24, 0}), material{colour: grey(.08), round: .4})
	}
	b.solid(blob(pt{-.72, -.85}, pt{-.6, -roof * .93}, pt{-.3, -roof}, pt{.3, -roof}, pt{.6, -roof * .93}, pt{.72, -.85}), lacquer)
	b.solid(blob(pt{-.66, -.86}, pt{-.52, -roof * .9}, pt{0, -roof * .95}, pt{.52, -roof * .9}, pt{.66, -.86}), material{gloss: .3, paint: func(p pt) rgb {
		return mix(rgb{.08, .1, .13}, b.mood.skyline, .5*smoothstep(.1, .7, p.x-p.y-.9))
	}})
	b.solid(blob(pt{-.95, -.2}, pt{-1, -.6}, pt{-.8, -.88}, pt{0, -.95}, pt{.8, -.88}, pt{1, -.6}, pt{.95, -.2}, pt{0, -.16}), lacquer)
	b.grille()
	lampW, lampH, lampTilt, square := b.between(.1, .22), b.between(.07, .16), b.between(-.4, .3), b.chance(.35)
	for _, side := range []float64{-1, 1} {
		lamp := ellipse(side*.68, -.58, lampW, lampH, -side*lampTilt)
		if square {
			lamp = rect(side*.68-lampW*.9, -.58-lampH*.8, lampW*1.8, lampH*1.6)
		}
		b.solid(lamp, material{colour: rgb{1, .98, .9}, gloss: 1, round: .7})
		b.solid(ellipse(side*1.02, -.92, .1, .07, 0), lacquer)
		b.solid(circle(side*.7, -.27, .06), material{colour: rgb{.95, .9, .7}, round: .5})
	}
	b.solid(rect(-.2, -.3, .4, .1), material{colour: grey(.92)})
	for i := range 5 {
		b.solid(rect(-.15+.06*float64(i), -.28, .035, .06), material{colour: grey(.12)})
	}
}

// grille is the mouth of a car, wide or high, with bars across or upright.
func (b brush) grille() {
	w, top, low := b.between(.22, .5), b.between(.5, .8), b.between(.26, .34)
	dx, dy := pick(b.world, 0., 60.), pick(b.world, 90., 45.)
	chrome := b.between(.15, .6)
	b.solid(blob(pt{-w, -top * .94}, pt{0, -top}, pt{w, -top * .94}, pt{w * .86, -low}, pt{0, -low * .93}, pt{-w * .86, -low}), material{round: .2, paint: func(p pt) rgb {
		return grey(.06 + chrome*smoothstep(.4, 1, math.Sin(dx*p.x+dy*p.y)))
	}})
}
