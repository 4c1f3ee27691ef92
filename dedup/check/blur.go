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

// blurLimit is the score from which a picture is flagged by default.
const blurLimit = 0.58

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

// blurry is the larger of two measures. The first is 1/(1 + r), where r is how fast
// brightness bends over how fast it changes: see [grey.sharpness]. The second is
// CleanVision's: see [grey.coarse]. A blank frame has nothing that could be sharp,
// which is no blur. docs/check.md has the comparison.
func (g grey) blurry() float64 {
	if g.blank() >= 0.5 {
		return 0
	}
	return max(1/(1+g.sharpest()), g.coarse())
}

// sharpest returns the sharpness of the third sharpest of 4 x 4 parts, since a picture
// with a soft background is not blurry. Where some parts show next to nothing, it is
// the same share of the others; +Inf where all do, or where parts would be too small.
func (g grey) sharpest() float64 {
	const n, place = 4, 3
	if g.w < 16*n || g.h < 16*n {
		return math.Inf(1)
	}
	var parts []float64
	for y := range n {
		for x := range n {
			if s := g.sharpness(x*g.w/n, y*g.h/n, (x+1)*g.w/n, (y+1)*g.h/n); !math.IsInf(s, 1) {
				parts = append(parts, s)
			}
		}
	}
	if len(parts) == 0 {
		return math.Inf(1)
	}
	slices.Sort(parts)
	return parts[len(parts)-1-(place-1)*len(parts)/(n*n)]
}

// sharpness returns the mean squared second difference over the mean squared first
// difference of a part, in the direction (of four) where that is least. Blur lowers
// both, but fine detail first, so the ratio does not depend on how much there is to
// see, as the variance of the Laplacian does; and a camera that moved blurs in one
// direction only. The squares of grey levels added keep noise from looking sharp.
// A part that changes by less than two grey levels a pixel cannot be judged: +Inf.
func (g grey) sharpness(x0, y0, x1, y1 int) float64 {
	const noise, enough = 2, 2 * 2
	n := float64((x1 - x0 - 2) * (y1 - y0 - 2))
	least, slopes := math.Inf(1), 0.0
	for _, step := range [4]int{1, g.w, g.w + 1, g.w - 1} {
		var bend, slope float64
		for y := y0 + 1; y < y1-1; y++ {
			for i := y*g.w + x0 + 1; i < y*g.w+x1-1; i++ {
				ahead, behind := g.pix[i+step]-g.pix[i], g.pix[i]-g.pix[i-step]
				bend += (ahead - behind) * (ahead - behind)
				slope += ahead * ahead
			}
		}
		least, slopes = min(least, bend/(slope+noise*n)), slopes+slope
	}
	if !(slopes >= 4*enough*n) || n <= 0 {
		return math.Inf(1)
	}
	return least
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
