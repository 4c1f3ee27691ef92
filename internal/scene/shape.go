package scene

import "math"

type pt struct{ x, y float64 }

// shape is a filled area: closed outlines, nonzero winding. Coordinates are
// those of the frame: y from 0 (top) to 1 (bottom), x from 0 to the aspect
// ratio; or a subject's own until a place moves it there.
type shape [][]pt

func poly(points ...pt) shape { return shape{points} }

// blob is a smooth closed curve through the points (Catmull-Rom).
func blob(points ...pt) shape {
	n := len(points)
	var out []pt
	for i := range n {
		out = append(out, spline(points[(i+n-1)%n], points[i], points[(i+1)%n], points[(i+2)%n])...)
	}
	return shape{out}
}

// curve is a smooth open line through the points.
func curve(points ...pt) []pt {
	n := len(points)
	var out []pt
	for i := range n - 1 {
		out = append(out, spline(points[max(i-1, 0)], points[i], points[i+1], points[min(i+2, n-1)])...)
	}
	return append(out, points[n-1])
}

const splineSteps = 7

// spline samples the Catmull-Rom piece from b up to, but not with, c.
func spline(a, b, c, d pt) []pt {
	out := make([]pt, splineSteps)
	for i := range out {
		t := float64(i) / splineSteps
		out[i] = pt{catmull(a.x, b.x, c.x, d.x, t), catmull(a.y, b.y, c.y, d.y, t)}
	}
	return out
}

func catmull(a, b, c, d, t float64) float64 {
	return b + t/2*(c-a+t*(2*a-5*b+4*c-d+t*(3*(b-c)+d-a)))
}

// ellipse has its half axes turned by an angle.
func ellipse(cx, cy, rx, ry, angle float64) shape {
	sin, cos := math.Sincos(angle)
	out := make([]pt, 40)
	for i := range out {
		s, c := math.Sincos(2 * math.Pi * float64(i) / float64(len(out)))
		out[i] = pt{cx + rx*c*cos - ry*s*sin, cy + rx*c*sin + ry*s*cos}
	}
	return shape{out}
}

func circle(cx, cy, r float64) shape { return ellipse(cx, cy, r, r, 0) }

func rect(x, y, w, h float64) shape {
	return poly(pt{x, y}, pt{x + w, y}, pt{x + w, y + h}, pt{x, y + h})
}

// tube is a line that grows from one half width to another: a limb, a branch.
func tube(line []pt, from, to float64) shape {
	n := len(line)
	left, right := make([]pt, 0, 2*n+4), make([]pt, 0, n)
	for i, p := range line {
		a, b := line[max(i-1, 0)], line[min(i+1, n-1)]
		length := math.Hypot(b.x-a.x, b.y-a.y) + 1e-12
		r := lerp(from, to, float64(i)/float64(max(n-1, 1)))
		nx, ny := -(b.y-a.y)/length*r, (b.x-a.x)/length*r
		left = append(left, pt{p.x + nx, p.y + ny})
		right = append(right, pt{p.x - nx, p.y - ny})
	}
	for i := n - 1; i >= 0; i-- {
		left = append(left, right[i])
	}
	return shape{left}
}

// line is a tube of one width from a to b.
func line(a, b pt, halfWidth float64) shape { return tube([]pt{a, b}, halfWidth, halfWidth) }

// capped is a tube with round ends.
func capped(points []pt, from, to float64) shape {
	first, last := points[0], points[len(points)-1]
	return union(tube(points, from, to), circle(first.x, first.y, from), circle(last.x, last.y, to))
}

// union joins areas; all are turned the same way round so that none cuts a hole
// into another.
func union(shapes ...shape) shape {
	var out shape
	for _, s := range shapes {
		for _, outline := range s {
			out = append(out, clockwise(outline))
		}
	}
	return out
}

func clockwise(outline []pt) []pt {
	area := 0.0
	for i, p := range outline {
		q := outline[(i+1)%len(outline)]
		area += p.x*q.y - q.x*p.y
	}
	if area >= 0 {
		return outline
	}
	out := make([]pt, len(outline))
	for i, p := range outline {
		out[len(out)-1-i] = p
	}
	return out
}

// place is where a subject stands: its own coordinates are flipped, scaled,
// turned and moved to the frame's.
type place struct {
	x, y, scale, angle float64
	flip               bool
}

func (l place) point(p pt) pt {
	sin, cos := math.Sincos(l.angle)
	x, y := p.x*l.scale, p.y*l.scale
	if l.flip {
		x = -x
	}
	return pt{l.x + x*cos - y*sin, l.y + x*sin + y*cos}
}

// local is the way back.
func (l place) local(p pt) pt {
	sin, cos := math.Sincos(l.angle)
	x, y := p.x-l.x, p.y-l.y
	x, y = (x*cos+y*sin)/l.scale, (y*cos-x*sin)/l.scale
	if l.flip {
		x = -x
	}
	return pt{x, y}
}

func (l place) shape(s shape) shape {
	out := make(shape, len(s))
	for i, outline := range s {
		out[i] = make([]pt, len(outline))
		for j, p := range outline {
			out[i][j] = l.point(p)
		}
	}
	return out
}
