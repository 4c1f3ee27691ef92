package scene

import "math"

// drawTree draws one large tree, broad-leaved, conifer, palm or bare, and
// perhaps others behind it.
func drawTree(s *world) {
	g := s.outdoors(pick(s, s.meadow(), s.meadow(), s.meadow(), s.snow(), s.sand()))
	kind := s.rng.IntN(4)
	for range s.count(0, 4) {
		x, near := s.between(0, s.aspect()), s.between(.02, .12)
		b := s.put(x, s.horizon+near, s.between(.12, .3), 0, s.chance(.5))
		b.tree(kind, .55)
	}
	b := s.put(s.aspect()*s.between(.28, .72), s.between(.82, .97), s.between(.66, .95), s.between(-.05, .05), s.chance(.5))
	b.tree(kind, 0)
	s.blades(s.count(0, 50), g)
}

// tree draws in units of its height, its foot on 0, 0; far is its distance.
func (b brush) tree(kind int, far float64) {
	b.shadow(ellipse(.05, 0, .3, .035, 0), .03, .5)
	switch kind {
	case 0, 1:
		b.broadleaf(far)
	case 2:
		b.conifer(far)
	default:
		if b.chance(.5) {
			b.palm(far)
		} else {
			b.bare(pt{0, .01}, -math.Pi/2, b.between(.26, .36), b.between(.035, .06), far, 0)
		}
	}
}

func (b brush) bark(far float64) material {
	c := b.faded(hsv(b.between(.05, .1), b.between(.2, .5), b.between(.2, .5)), far)
	ox := b.between(0, 90)
	return material{round: .8, paint: func(p pt) rgb { return c.times(.6 + .8*b.fbm(60*p.x+ox, 12*p.y, 3)) }}
}

// foliage is a crown full of holes; what is deep inside is darker.
func (b brush) foliage(c rgb, far float64) material {
	ox, f, holes := b.between(0, 90), b.between(26, 40), b.between(.3, .42)
	c = b.faded(c, far)
	return material{round: .7,
		paint: func(p pt) rgb { return c.times(.45 + 1.1*b.fbm(f*p.x+ox, f*p.y, 3)) },
		cut:   func(p pt) float64 { return smoothstep(holes-.04, holes+.04, b.fbm(f*.6*p.x+ox, f*.6*p.y+5, 3)) },
	}
}

func (b brush) leafColour() rgb {
	return pick(b.world, hsv(b.between(.22, .36), b.between(.5, .8), b.between(.3, .6)), hsv(b.between(.22, .36), b.between(.5, .8), b.between(.3, .6)),
		hsv(b.between(.02, .14), b.between(.7, .9), b.between(.55, .85)), hsv(b.between(.9, .97), .35, .9))
}

func (b brush) broadleaf(far float64) {
	trunk, lean, wide := b.between(.28, .5), b.between(-.06, .06), b.between(.2, .42)
	wood, colour := b.bark(far), b.leafColour()
	b.solid(tube(curve(pt{0, .01}, pt{lean * .4, -trunk * .5}, pt{lean, -trunk - .2}), b.between(.035, .06), .02), wood)
	for range b.count(3, 6) {
		b.solid(tube(curve(pt{lean, -trunk}, pt{b.between(-.5, .5) * wide, -trunk - .15}, pt{b.between(-1, 1) * wide, -trunk - .3}), .018, .004), wood)
	}
	for i := range b.count(9, 16) {
		r := b.between(.09, .17)
		angle, reach := b.between(0, 2*math.Pi), math.Sqrt(b.rng.Float64())
		x, y := lean+math.Cos(angle)*reach*wide, -trunk-.22+math.Sin(angle)*reach*.2
		shade := colour.times(.65 + .05*float64(min(i, 9)))
		b.solid(ellipse(x, y, r*1.2, r, b.between(-.4, .4)), b.foliage(shade, far))
	}
}

func (b brush) conifer(far float64) {
	b.solid(line(pt{0, .01}, pt{0, -.3}, b.between(.02, .035)), b.bark(far))
	colour := hsv(b.between(.27, .42), b.between(.35, .7), b.between(.22, .4))
	tiers, wide := b.count(5, 9), b.between(.2, .34)
	for i := range tiers {
		t := float64(i) / float64(tiers)
		y, w := lerp(-.14, -.86, t), wide*(1-t*.82)
		drop := .9 / float64(tiers)
		fir := poly(pt{-w, y + .04}, pt{-w * .5, y + .01}, pt{0, y + .05}, pt{w * .5, y + .01}, pt{w, y + .04}, pt{w * .2, y - drop*1.1}, pt{0, y - drop*1.5}, pt{-w * .2, y - drop*1.1})
		m := b.foliage(colour.times(.8+.4*t), far)
		m.cut = nil
		b.solid(fir, m)
		b.solid(fir, b.foliage(colour.times(1.15+.3*t), far))
	}
}

func (b brush) palm(far float64) {
	lean := b.between(-.22, .22)
	top := pt{lean, -.78}
	b.solid(tube(curve(pt{0, .01}, pt{lean * .2, -.4}, top), .032, .018), b.bark(far))
	colour := b.faded(hsv(b.between(.2, .33), b.between(.5, .75), b.between(.35, .6)), far)
	for i := range b.count(9, 14) {
		angle, reach := 2.4*float64(i)+b.between(-.3, .3), b.between(.24, .38)
		dx, up := math.Cos(angle)*reach, b.between(.02, .18)
		rib := curve(top, pt{top.x + dx*.5, top.y - up}, pt{top.x + dx, top.y + .12 - up*.4})
		c := colour.times(b.between(.6, 1.25))
		for k := 2; k < len(rib); k++ {
			length := .1 * math.Sin(math.Pi*float64(k)/float64(len(rib)+2))
			b.solid(line(rib[k], pt{rib[k].x + dx*.12, rib[k].y + length}, .006), material{colour: c, round: .4})
		}
		b.solid(tube(rib, .007, .002), material{colour: c.times(.9), round: .5})
	}
}

// bare grows a branch and, from its end, two or three thinner ones.
func (b brush) bare(from pt, angle, length, width, far float64, depth int) {
	bend := b.between(-.25, .25)
	end := pt{from.x + math.Cos(angle)*length, from.y + math.Sin(angle)*length}
	mid := pt{from.x + math.Cos(angle+bend)*length/2, from.y + math.Sin(angle+bend)*length/2}
	b.solid(tube(curve(from, mid, end), width, width*.62), material{colour: b.faded(rgb{.24, .2, .17}, far), round: .7})
	if depth == 5 {
		return
	}
	for range b.count(2, 3) {
		b.bare(end, angle+b.between(-.75, .75), length*b.between(.6, .85), width*.62, far, depth+1)
	}
}
