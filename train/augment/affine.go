package augment

import (
	"math"

	"github.com/curate/curate/internal/raster"
)

// affine holds a, b, c, d, e, f: the pixel at x, y shows what p has at ax+by+c,
// dx+ey+f.
type affine [6]float64

// shear slants the picture about its upper left corner, along x or y.
func shear(p *raster.Picture, alongX, alongY float64) *raster.Picture {
	sx, sy := math.Atan(alongX), math.Atan(alongY)
	a := math.Cos(-sy) / math.Cos(sy)
	b := -math.Cos(-sy) * math.Tan(sx) / math.Cos(sy)
	c := math.Sin(-sy) / math.Cos(sy)
	d := -math.Sin(-sy)*math.Tan(sx)/math.Cos(sy) + 1
	return affine{d, -b, 0, -c, a, 0}.nearest(p) // torchvision's _get_inverse_affine_matrix
}

// translate moves the picture right and down.
func translate(p *raster.Picture, right, down int) *raster.Picture {
	return affine{1, 0, -float64(right), 0, 1, -float64(down)}.nearest(p)
}

// rotate turns the picture left about its middle, by degrees (Pillow's
// Image.rotate).
func rotate(p *raster.Picture, degrees float64) *raster.Picture {
	sin, cos := math.Sincos(-degrees * math.Pi / 180)
	sin, cos = digits15(sin), digits15(cos)
	cx, cy := float64(p.W)/2, float64(p.H)/2
	return affine{cos, sin, cos*-cx + sin*-cy + cx, -sin, cos, -sin*-cx + cos*-cy + cy}.nearest(p)
}

// digits15 rounds to 15 digits behind the point.
func digits15(v float64) float64 { return math.RoundToEven(v*1e15) / 1e15 }

// nearest takes for every pixel the one under its middle; what lies outside is
// black. The arithmetic is that of Pillow's affine_fixed (Geometry.c), 16 bits
// behind the point.
func (a affine) nearest(p *raster.Picture) *raster.Picture {
	fix := func(v float64) int { return int(math.Floor(v*65536 + .5)) }
	dx, dy := [2]int{fix(a[0]), fix(a[3])}, [2]int{fix(a[1]), fix(a[4])}
	sx, sy := fix(a[2]+a[0]*.5+a[1]*.5), fix(a[5]+a[3]*.5+a[4]*.5)
	out := raster.New(p.W, p.H)
	for y := range p.H {
		row, x16, y16 := out.Row(y), sx+y*dy[0], sy+y*dy[1]
		for x := range p.W {
			if px, py := x16>>16, y16>>16; px >= 0 && px < p.W && py >= 0 && py < p.H {
				copy(row[3*x:3*x+3], p.Pix[3*(py*p.W+px):])
			}
			x16, y16 = x16+dx[0], y16+dx[1]
		}
	}
	return out
}
