// Package register finds where one picture lies on another that may be a cut, scaled or
// stretched version of it, and how much of what both show agrees there.
//
// [Find] is all there is. Pictures that are turned or mirrored have to be laid upright
// first. It tells a copy from another picture of the same layout better than one number for
// the whole frame, and lets a viewer lay the two on each other; it is no search: the pictures are taken
// for versions of each other, and the best place is returned however bad it is.
package register

import (
	"math"

	"github.com/curate/curate/internal/raster"
)

// Placement is where a picture lies on another one, in shares of that one's width and
// height: X, Y is its upper left corner. It may reach beyond the other's frame.
type Placement struct {
	X, Y, W, H  float64
	Correlation float64 // of the greys of what both show, -1 to 1
	Agrees      float64 // share of the cells of what both show that look the same, 0 to 1
	// Where the cells lie that do not: their middle in shares of the first picture's frame,
	// and how far they spread about it. Zero when all agree.
	AtX, AtY, Spread float64
}

// Longer sides of the pictures that are compared: a coarse search, and two that look closer.
const (
	coarse = 48
	middle = 96
	fine   = 192
)

// A cut has to explain half of what the whole frame leaves unexplained, and most of all.
const (
	leastGain = 0.5
	leastOf   = 0.7
	smallest  = 0.45 // of the other's frame, along a side
)

// Find returns where b lies on a.
func Find(a, b *raster.Picture) Placement {
	ga, gb := greyOf(a), greyOf(b)
	best := whole(ga.fit(middle), gb)
	enough := max(leastOf, 1-leastGain*(1-best.Correlation))
	for _, p := range []Placement{slide(ga, gb), slide(gb, ga).inverse()} {
		if p.Correlation > enough {
			best, enough = p, p.Correlation
		}
	}
	best.judge(ga, gb)
	return best
}

// whole lays b on all of a.
func whole(a, b grey) Placement {
	return Placement{W: 1, H: 1, Correlation: a.field().under(b.resize(a.w, a.h).probe(), 0, 0)}
}

// inverse turns where a lies on b into where b lies on a.
func (p Placement) inverse() Placement {
	q := p
	q.X, q.Y, q.W, q.H = -p.X/p.W, -p.Y/p.H, 1/p.W, 1/p.H
	return q
}

// slide looks for b as a cut of a: at many sizes, everywhere, then closer around the best.
func slide(a, b grey) Placement {
	best := Placement{W: 1, H: 1, Correlation: -1}
	at := a.fit(coarse).field()
	w, h := boxInto(at.w, at.h, b.w, b.h)
	small := b.fit(coarse)
	for s := 1.; s > smallest; s *= .94 {
		best.try(at, small, s*w, s*h, 0, 0, float64(at.w), float64(at.h))
	}
	if best.Correlation < leastOf-.2 {
		return best
	}
	for _, level := range []struct {
		side  int
		reach float64 // in pixels of this level
		by    float64
	}{{middle, 3, .02}, {fine, 2, .006}} {
		at, b, was := a.fit(level.side).field(), b.fit(level.side), best
		best.Correlation = -1
		for k := -2.; k <= 2; k++ {
			s := 1 + k*level.by
			w, h := was.W*s*float64(at.w), was.H*s*float64(at.h)
			x := (was.X+was.W/2)*float64(at.w) - w/2
			y := (was.Y+was.H/2)*float64(at.h) - h/2
			best.try(at, b, w, h, x-level.reach, y-level.reach, x+w+level.reach, y+h+level.reach)
		}
	}
	return best
}

// boxInto is the largest size of b's proportions inside a frame.
func boxInto(w, h, bw, bh int) (float64, float64) {
	s := min(float64(w)/float64(bw), float64(h)/float64(bh))
	return s * float64(bw), s * float64(bh)
}

// try slides b at a size over a part of a, and keeps the place if it is the best so far.
func (p *Placement) try(a field, b grey, w, h, x0, y0, x1, y1 float64) {
	tw, th := int(math.Round(w)), int(math.Round(h))
	if tw < 8 || th < 8 || tw > a.w || th > a.h {
		return
	}
	t := b.resize(tw, th).probe()
	left, top := max(0, int(math.Floor(x0))), max(0, int(math.Floor(y0)))
	right, bottom := min(a.w-tw, int(math.Ceil(x1))-tw), min(a.h-th, int(math.Ceil(y1))-th)
	for y := top; y <= bottom; y++ {
		for x := left; x <= right; x++ {
			if c := a.under(t, x, y); c > p.Correlation {
				*p = Placement{
					X: float64(x) / float64(a.w), Y: float64(y) / float64(a.h), W: float64(tw) / float64(a.w), H: float64(th) / float64(a.h), Correlation: c,
				}
			}
		}
	}
}
