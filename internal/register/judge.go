package register

import "math"

// Cells of what both show are compared one by one: so many along its longer side.
const cells = 14

// Two cells look the same when their greys correlate so much, when they are close in every
// pixel, or when both are nearly flat and about as bright as the rest makes one expect. Deviation and brightness are measured in
// deviations of the whole picture: a dark one has little of either.
const (
	alike    = 0.55
	flat     = 0.1
	asBright = 0.6
	close    = 0.2
)

// judge compares what both show, cell by cell, at a size where a cell has some 12 pixels.
func (p *Placement) judge(a, b grey) {
	one, two := p.shared(a, b)
	if one.w < 16 || one.h < 16 {
		return
	}
	m := match(one, two)
	over := two.field()
	side := float64(max(one.w, one.h)) / cells
	nx, ny := max(1, int(float64(one.w)/side+.5)), max(1, int(float64(one.h)/side+.5))
	var bad [][2]float64
	for j := range ny {
		for i := range nx {
			x0, x1, y0, y1 := i*one.w/nx, (i+1)*one.w/nx, j*one.h/ny, (j+1)*one.h/ny
			if !same(one, over, x0, y0, x1, y1, m) {
				bad = append(bad, [2]float64{float64(x0+x1) / 2 / float64(one.w), float64(y0+y1) / 2 / float64(one.h)})
			}
		}
	}
	p.Agrees = 1 - float64(len(bad))/float64(nx*ny)
	p.locate(bad)
}

// shared cuts what both show out of either, at the same size.
func (p *Placement) shared(a, b grey) (grey, grey) {
	x0, y0, x1, y1 := max(0, p.X), max(0, p.Y), min(1, p.X+p.W), min(1, p.Y+p.H)
	one := a.cut(x0, y0, x1, y1)
	two := b.cut((x0-p.X)/p.W, (y0-p.Y)/p.H, (x1-p.X)/p.W, (y1-p.Y)/p.H)
	w, h := sizeOf(one.w, one.h, 168)
	return one.resize(w, h), two.resize(w, h)
}

func (g grey) cut(x0, y0, x1, y1 float64) grey {
	left, top := int(x0*float64(g.w)+.5), int(y0*float64(g.h)+.5)
	right, bottom := min(g.w, int(x1*float64(g.w)+.5)), min(g.h, int(y1*float64(g.h)+.5))
	out := grey{max(0, right-left), max(0, bottom-top), nil}
	for y := top; y < bottom; y++ {
		out.px = append(out.px, g.px[y*g.w+left:y*g.w+max(left, right)]...)
	}
	return out
}

// matching lays the brightness and contrast of one picture on those of another.
type matching struct {
	gain, offset float64
	unit         float64 // deviation of the other, in levels
}

func match(a, b grey) matching {
	ma, da := moments(a.px)
	mb, db := moments(b.px)
	m := matching{gain: 1, unit: max(da, 4)} // what deviates less is noise
	if db >= 1 {
		m.gain = min(max(da/db, .1), 10)
	}
	m.offset = ma - m.gain*mb
	return m
}

// apart is the root of the mean square by which two cells differ.
func (m matching) apart(a, b grey) float64 {
	var sum float64
	for i, v := range a.px {
		d := float64(v) - m.gain*float64(b.px[i]) - m.offset
		sum += d * d
	}
	return math.Sqrt(sum/float64(len(a.px))) / m.unit
}

func moments(px []float32) (mean, deviation float64) {
	var one, two float64
	for _, v := range px {
		one, two = one+float64(v), two+float64(v)*float64(v)
	}
	n := float64(len(px))
	return one / n, math.Sqrt(max(0, two/n-one*one/n/n))
}

// same tells whether a cell looks the same in both, moved by a pixel or two if need be.
func same(a grey, b field, x0, y0, x1, y1 int, m matching) bool {
	cell := a.block(x0, y0, x1, y1).probe()
	ma, da := moments(cell.px)
	under := b.block(x0, y0, x1, y1)
	mb, db := moments(under.px)
	da, db, off := da/m.unit, db*m.gain/m.unit, math.Abs(ma-m.gain*mb-m.offset)/m.unit
	if m.apart(cell.grey, under) < close {
		return true
	}
	if da < flat || db < flat {
		return off < asBright && max(da, db) < 3*flat
	}
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			if x0+dx < 0 || y0+dy < 0 || x1+dx > b.w || y1+dy > b.h {
				continue
			}
			if b.under(cell, x0+dx, y0+dy) > alike {
				return true
			}
		}
	}
	return false
}

func (g grey) block(x0, y0, x1, y1 int) grey {
	out := grey{x1 - x0, y1 - y0, make([]float32, 0, (x1-x0)*(y1-y0))}
	for y := y0; y < y1; y++ {
		out.px = append(out.px, g.px[y*g.w+x0:y*g.w+x1]...)
	}
	return out
}

// locate says where the cells lie that do not look the same, in the frame of the first picture.
func (p *Placement) locate(bad [][2]float64) {
	if len(bad) == 0 {
		return
	}
	x0, y0, x1, y1 := max(0, p.X), max(0, p.Y), min(1, p.X+p.W), min(1, p.Y+p.H)
	var sx, sy, s2 float64
	for _, c := range bad {
		x, y := x0+c[0]*(x1-x0), y0+c[1]*(y1-y0)
		sx, sy, s2 = sx+x, sy+y, s2+x*x+y*y
	}
	n := float64(len(bad))
	p.AtX, p.AtY = sx/n, sy/n
	p.Spread = math.Sqrt(max(0, s2/n-p.AtX*p.AtX-p.AtY*p.AtY))
}
