package scene

import "math"

// fur is a coat: a main colour, a second for markings, a light one for belly
// and muzzle.
type fur struct {
	main, mark, pale rgb
	pattern          int
	length           float64 // how rough it looks
	ox               float64
}

const (
	plain = iota
	tabby
	patches
	mask
)

// material streaks the coat along the body; marks says how strongly the pattern
// shows on this part.
func (f fur) material(b brush, marks float64) material {
	return material{round: .55, paint: func(p pt) rgb { return f.at(b, p, marks) }}
}

func (f fur) at(b brush, p pt, marks float64) rgb {
	c := f.main
	switch f.pattern {
	case tabby:
		c = mix(c, f.mark, marks*smoothstep(.25, .6, math.Sin(19*p.x+5*b.at(3*p.x+f.ox, 4*p.y))))
	case patches:
		c = mix(c, f.mark, marks*smoothstep(.5, .54, b.fbm(2.4*p.x+f.ox, 2.4*p.y, 2)))
	}
	hair := b.fbm(12*p.x+f.ox, 34*p.y+8*p.x, 3)
	return c.times(1 - f.length + 2*f.length*hair)
}

// only is the same hair in one colour.
func (f fur) only(b brush, c rgb) material {
	g := f
	g.main, g.pattern = c, plain
	return g.material(b, 0)
}

func (s *world) dogFur() fur {
	main := pick(s, hsv(s.between(.05, .11), s.between(.3, .7), s.between(.3, .8)), grey(s.between(.08, .3)), grey(.92), hsv(.07, .55, .6))
	return fur{main, pick(s, grey(.1), grey(.93), rgb{.45, .26, .13}), mix(main, rgb{1, .96, .9}, .7), pick(s, plain, plain, patches, patches), s.between(.18, .4), s.between(0, 90)}
}

func (s *world) catFur() fur {
	main := pick(s, hsv(s.between(.05, .1), s.between(.45, .75), s.between(.6, .9)), grey(s.between(.08, .6)), grey(.94), hsv(.09, .25, .75))
	return fur{main, main.times(.35), mix(main, grey(1), .75), pick(s, plain, tabby, tabby, patches), s.between(.12, .3), s.between(0, 90)}
}

// petPlace paints the place of an animal: a room, a garden or a blurred ground; it
// returns the height it can stand on.
func (s *world) petPlace(indoors float64) (floor float64) {
	switch {
	case s.chance(indoors):
		s.room()
		return s.between(.84, .94)
	case s.chance(.6):
		s.horizon = s.between(.35, .55)
		s.outdoors(pick(s, s.meadow(), s.meadow(), s.sand(), s.snow(), s.asphalt()))
		return s.between(.82, .92)
	}
	c := hsv(s.between(.08, .45), s.between(.2, .6), s.between(.35, .75))
	s.bokeh([]rgb{c, c.times(.6), mix(c, s.mood.skyline, .6)}, s.count(3, 16))
	b := s.brush()
	b.solid(rect(-.1, .8, s.aspect()+.2, .3), material{blur: .06, paint: func(p pt) rgb { return c.times(.55 + .3*s.fbm(20*p.x, 50*p.y, 2)) }})
	return s.between(.84, .93)
}
