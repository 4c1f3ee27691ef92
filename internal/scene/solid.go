package scene

import (
	"image"
	"math"
)

// light falls on everything in a scene.
type light struct {
	x, y, z float64 // direction to the sun, of length 1; y points down, z to the viewer
	sun     rgb
	ambient rgb
}

// material says how a solid looks.
type material struct {
	colour rgb
	paint  func(p pt) rgb     // if set, the colour at a point of the subject's own coordinates
	cut    func(p pt) float64 // if set, how much of a point is there, 0 to 1
	round  float64            // how far the rounding reaches in, as a share of the smaller side; 0 is flat
	gloss  float64            // 0 matt to 1 polished
	alpha  float64            // 0 stands for opaque
	blur   float64            // softness of the outline, in frame heights
}

// brush paints a subject at its place.
type brush struct {
	*world
	place
}

// solid paints a shape as if it were a body: its outline, blurred, is taken for
// a height, and the light falls on the slopes of that height.
func (b brush) solid(s shape, m material) {
	moved := b.place.shape(s)
	box := b.bounds(moved)
	reach := int(m.round * .5 * float64(min(box.Dx(), box.Dy())))
	soft := int(m.blur * float64(b.h))
	mask := b.cover(moved, reach+2*soft+1)
	if mask.alpha == nil {
		return
	}
	height := mask.blurred(reach)
	if soft > 0 {
		mask = mask.blurred(soft)
	}
	visible := mask.box.Inset(1).Intersect(image.Rect(0, 0, b.w, b.h))
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		for x := visible.Min.X; x < visible.Max.X; x++ {
			if a := mask.at(x, y); a > 0 {
				b.touch(x, y, float64(a), m, height, reach)
			}
		}
	}
}

// touch paints one pixel of a solid that is covered by a.
func (b brush) touch(x, y int, a float64, m material, height cover, reach int) {
	colour, p := m.colour, pt{}
	if m.paint != nil || m.cut != nil {
		p = b.local(pt{(float64(x) + .5) / float64(b.h), (float64(y) + .5) / float64(b.h)})
	}
	if m.paint != nil {
		colour = m.paint(p)
	}
	if m.cut != nil {
		a *= m.cut(p)
	}
	if m.alpha > 0 {
		a *= m.alpha
	}
	nx, ny, nz := 0.0, 0.0, 1.0
	if reach > 0 {
		slope := 1.8 * float64(reach)
		nx = -slope * float64(height.at(x+1, y)-height.at(x-1, y))
		ny = -slope * float64(height.at(x, y+1)-height.at(x, y-1))
		inv := 1 / math.Sqrt(nx*nx+ny*ny+1)
		nx, ny, nz = nx*inv, ny*inv, inv
	}
	i := y*b.w + x
	b.pix[i] = mix(b.pix[i], b.light.on(colour, nx, ny, nz, m.gloss), a)
}

// on returns how a colour looks in this light on a surface of the given normal.
func (l light) on(colour rgb, nx, ny, nz, gloss float64) rgb {
	diffuse := max(0, nx*l.x+ny*l.y+nz*l.z)
	lit := colour.by(l.ambient.plus(l.sun.times(diffuse)))
	if gloss > 0 {
		// Blinn's half vector; the viewer looks along z.
		hz := l.z + 1
		h := (nx*l.x + ny*l.y + nz*hz) / math.Sqrt(l.x*l.x+l.y*l.y+hz*hz)
		lit = lit.plus(l.sun.times(gloss * math.Pow(max(0, h), 24)))
	}
	return lit
}

// shadow darkens what a shape covers, softly, by a factor at its middle.
func (b brush) shadow(s shape, blur, factor float64) {
	soft := max(1, int(blur*float64(b.h)))
	mask := b.cover(b.place.shape(s), 2*soft).blurred(soft)
	visible := mask.box.Intersect(image.Rect(0, 0, b.w, b.h))
	for y := visible.Min.Y; y < visible.Max.Y; y++ {
		for x := visible.Min.X; x < visible.Max.X; x++ {
			i := y*b.w + x
			b.pix[i] = b.pix[i].times(1 - (1-factor)*float64(mask.at(x, y)))
		}
	}
}
