package check

import (
	"math"
	"slices"

	"github.com/curate/curate/dedup/internal/area"
	"github.com/curate/curate/internal/raster"
)

// grey is a small grey picture.
type grey struct {
	w, h int
	pix  []float64
}

// blurSide is the longer side at which sharpness is judged: a picture that is
// sharp at that size is of use, whatever its pixels look like close up.
const blurSide = 256

func shrink(p *raster.Picture) grey {
	long := max(p.W, p.H)
	if long == 0 {
		return grey{}
	}
	by := max(1, float64(long)/blurSide)
	g := grey{w: max(1, int(float64(p.W)/by+.5)), h: max(1, int(float64(p.H)/by+.5))}
	g.pix = area.Grey(p, g.w, g.h)
	return g
}

// blurry is 1/(1 + r), where r is the energy of the Laplacian over that of the
// gradient. Blur lowers both, but fine detail first, so r does not depend on how
// much there is to see, as the variance of the Laplacian does. It is taken in
// 4 x 4 parts and the second sharpest counts: a picture with a soft background is
// not blurry. docs/check.md has the comparison with CleanVision, which judges at
// 64 pixels and sees only strong blur.
func (g grey) blurry() float64 {
	const n = 4
	if g.w < 16*n || g.h < 16*n {
		return 1 / (1 + g.sharpness(0, 0, g.w, g.h))
	}
	var parts []float64
	for y := range n {
		for x := range n {
			parts = append(parts, g.sharpness(x*g.w/n, y*g.h/n, (x+1)*g.w/n, (y+1)*g.h/n))
		}
	}
	slices.Sort(parts)
	return 1 / (1 + parts[len(parts)-2])
}

// sharpness returns the mean squared Laplacian over the mean squared gradient of
// a part; the few grey levels added keep noise in flat parts from looking sharp.
func (g grey) sharpness(x0, y0, x1, y1 int) float64 {
	var bend, slope float64
	n := 0
	for y := y0 + 1; y < y1-1; y++ {
		for x := x0 + 1; x < x1-1; x++ {
			i := y*g.w + x
			c := g.pix[i]
			right, below := g.pix[i+1]-c, g.pix[i+g.w]-c
			l := 4*c - g.pix[i-1] - g.pix[i+1] - g.pix[i-g.w] - g.pix[i+g.w]
			bend += l * l
			slope += right*right + below*below
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return bend / (slope + 4*float64(n))
}

// blank is 2/(2 + s) with s the standard deviation of 16 x 16 averages, in grey
// levels: grain and the noise of compression do not count.
func (g grey) blank() float64 {
	const n = 16
	var sum, square float64
	cells := 0
	for y := range n {
		for x := range n {
			v, ok := g.mean(x*g.w/n, y*g.h/n, (x+1)*g.w/n, (y+1)*g.h/n)
			if ok {
				sum, square, cells = sum+v, square+v*v, cells+1
			}
		}
	}
	if cells == 0 {
		return 1
	}
	mean := sum / float64(cells)
	return 2 / (2 + math.Sqrt(max(0, square/float64(cells)-mean*mean)))
}

func (g grey) mean(x0, y0, x1, y1 int) (float64, bool) {
	sum := 0.0
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			sum += g.pix[y*g.w+x]
		}
	}
	n := (x1 - x0) * (y1 - y0)
	return sum / float64(max(n, 1)), n > 0
}
