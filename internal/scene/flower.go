package scene

import "math"

// drawFlower draws one flower close by, or a bunch, before a blurred garden or
// against the sky.
func drawFlower(s *world) {
	leaf := hsv(s.between(.22, .38), s.between(.4, .7), s.between(.3, .55))
	if s.chance(.75) {
		other := hsv(s.rng.Float64(), s.between(.2, .6), s.between(.4, .9))
		s.bokeh([]rgb{leaf, leaf.times(.55), mix(leaf, other, .6), mix(leaf, rgb{.9, .9, .5}, .4)}, s.count(6, 30))
	} else {
		s.horizon = s.between(.75, 1)
		s.outdoors(s.meadow())
	}
	kind, colour := s.rng.IntN(4), pick(s, hsv(s.rng.Float64(), s.between(.5, .9), s.between(.75, 1)), hsv(s.between(.85, 1.15), s.between(.5, .9), .95), grey(.97))
	n := pick(s, 1, 1, 2, 3, 5)
	for i := range n {
		size := s.between(.24, .4) / (1 + .3*float64(n-1))
		x := s.aspect() * (float64(i) + s.between(.3, .7)) / float64(n)
		y := s.between(.3, .58)
		s.stem(pt{x, y}, leaf.times(s.between(.8, 1.2)))
		b := s.put(x, y, size, s.between(-.5, .5), s.chance(.5))
		b.blossom(kind, mix(colour, hsv(s.rng.Float64(), .5, .9), .08))
	}
}

// stem rises from the lower edge to the blossom, with a leaf or two.
func (s *world) stem(top pt, colour rgb) {
	b := s.brush()
	foot := pt{top.x + s.between(-.2, .2), 1.05}
	mid := pt{(top.x+foot.x)/2 + s.between(-.05, .05), (top.y + foot.y) / 2}
	b.solid(tube(curve(foot, mid, top), .014, .009), material{colour: colour, round: .8})
	for range s.count(1, 3) {
		y := s.between(max(top.y+.15, .6), 1)
		x := lerp(top.x, foot.x, (y-top.y)/(foot.y-top.y))
		at := s.put(x, y, s.between(.16, .32), s.between(-.9, .3), s.chance(.5))
		at.solid(blob(pt{0, 0}, pt{.35, -.16}, pt{1, -.06}, pt{.4, .1}), material{round: .5, paint: func(p pt) rgb {
			vein := smoothstep(.02, 0, math.Abs(p.y+.02)) + .4*smoothstep(.3, .1, math.Abs(math.Mod(math.Abs(p.x-2*math.Abs(p.y))*9, 1)-.5))
			return colour.times(.85 + .25*vein)
		}})
	}
}

// blossom draws in units of its radius about 0, 0.
func (b brush) blossom(kind int, c rgb) {
	switch kind {
	case 0:
		b.petals(b.count(11, 21), 1, .17, c)
		b.petals(b.count(11, 17), .86, .15, c.times(.93))
		b.disc(b.between(.22, .4))
	case 1:
		b.petals(b.count(5, 7), .95, .5, c)
		b.disc(b.between(.12, .2))
	case 2:
		b.tulip(c)
	default:
		b.rose(c)
	}
}

// petals lie in a ring of n.
func (b brush) petals(n int, length, width float64, c rgb) {
	turn, inner := b.between(0, 2*math.Pi), mix(c, hsv(b.rng.Float64(), .6, .8), b.between(.1, .5))
	for i := range n {
		angle := turn + 2*math.Pi*float64(i)/float64(n) + b.between(-.06, .06)
		l, w := length*b.between(.88, 1.06), width*b.between(.85, 1.15)
		sin, cos := math.Sincos(angle)
		at := func(x, y float64) pt { return pt{x*cos - y*sin, x*sin + y*cos} }
		shade := b.between(.85, 1.08)
		b.solid(blob(at(.05, -w*.2), at(l*.6, -w), at(l*.95, -w*.45), at(l, 0), at(l*.95, w*.45), at(l*.6, w), at(.05, w*.2)), material{round: .5, paint: func(p pt) rgb {
			r := math.Hypot(p.x, p.y)
			streak := b.at(16*math.Atan2(p.y, p.x)+40, 2*r)
			return mix(inner, c, smoothstep(.15, .75, r)).times(shade * (.86 + .22*streak))
		}})
	}
}

// disc is the middle of a daisy: seeds along the golden angle.
func (b brush) disc(r float64) {
	c := hsv(b.between(.06, .15), b.between(.7, .95), b.between(.4, .95))
	b.solid(circle(0, 0, r), material{colour: c.times(.55), round: .6})
	n := b.count(50, 90)
	for i := range n {
		t := float64(i) / float64(n)
		sin, cos := math.Sincos(2.39996 * float64(i))
		d := r * .95 * math.Sqrt(t)
		b.solid(circle(cos*d, sin*d, r*.075), material{colour: c.times(.75 + .45*t), round: .8})
	}
}

func (b brush) tulip(c rgb) {
	streaked := func(shade float64) material {
		return material{round: .5, paint: func(p pt) rgb {
			return c.times(shade * (.8 + .3*b.at(22*p.x+30, 3*p.y+30))).plus(rgb{.1, .08, 0}.times(smoothstep(.3, .7, p.y)))
		}}
	}
	for _, x := range []float64{-.34, .34, -.12, .14} {
		b.solid(blob(pt{x * .3, .72}, pt{x - .3, .3}, pt{x - .22, -.35}, pt{x * 1.3, -.82}, pt{x + .22, -.35}, pt{x + .3, .3}), streaked(.75+.5*(.34-math.Abs(x))))
	}
	b.solid(blob(pt{0, .74}, pt{-.38, .3}, pt{-.3, -.3}, pt{0, -.68}, pt{.3, -.3}, pt{.38, .3}), streaked(1))
}

// rose curls petals around each other, from the outside in.
func (b brush) rose(c rgb) {
	turn := b.between(0, 6)
	for ring := range 6 {
		r := 1 - .155*float64(ring)
		n := 6 - ring/2
		for i := range n {
			angle := turn + float64(ring)*.7 + 2*math.Pi*float64(i)/float64(n)
			sin, cos := math.Sincos(angle)
			shade := c.times(b.between(.82, 1.05) * (1 - .055*float64(ring)))
			b.solid(ellipse(cos*r*.45, sin*r*.45, r*.56, r*.46, angle+math.Pi/2), material{colour: shade, round: .55})
		}
	}
	b.solid(ellipse(0, 0, .13, .1, turn), material{colour: c.times(.5), round: .5})
}
