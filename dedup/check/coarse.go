package check

import (
	"math"

	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// coarseSide is the longer side at which CleanVision judges blur.
const coarseSide = 64

// coarseLimit is the score of CleanVision's under which a picture is blurry for us.
// Its own is 0.29; between the two lie sharp drawings with large even areas.
const coarseLimit = 0.22

// coarse is the blurriness of CleanVision 0.3.7, scaled so that coarseLimit lies at
// blurLimit. It sees only strong blur, but also where fine lines stay sharp in one
// place, as with a lens that zooms meanwhile.
//
// Its score is 1 - exp(-e/100), where e is the spread of the edges, and the same of
// the spread of the histogram's counts where that is over 0.18; at most 1.
func (g grey) coarse() float64 {
	if g.w == 0 || g.h == 0 {
		return 0
	}
	p := g.thumbnail()
	score := 1 - math.Exp(-edges(p)/100)
	if spread := 1 - math.Exp(-histogram(p)/100); spread > 0.18 {
		score += spread
	}
	return max(0, 1-score*(1-blurLimit)/coarseLimit)
}

// thumbnail returns g at 64 pixels, resized as Pillow does by default.
func (g grey) thumbnail() *raster.Picture {
	p := raster.New(g.w, g.h)
	for i, v := range g.pix {
		c := uint8(v + .5)
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = c, c, c
	}
	long := max(g.w, g.h)
	if long <= coarseSide {
		return p
	}
	return preprocess.Resize(p, max(1, g.w*coarseSide/long), max(1, g.h*coarseSide/long), preprocess.Bicubic)
}

// edges returns the standard deviation of what Pillow's FIND_EDGES makes of a grey
// picture: eight times a pixel less its neighbours, cut to 0 to 255; the outermost
// pixels stay as they are.
func edges(p *raster.Picture) float64 {
	var values []float64
	at := func(x, y int) int { return int(p.Pix[3*(y*p.W+x)]) }
	for y := range p.H {
		for x := range p.W {
			v := at(x, y)
			if x > 0 && y > 0 && x < p.W-1 && y < p.H-1 {
				v = 9*v - at(x-1, y-1) - at(x, y-1) - at(x+1, y-1) - at(x-1, y) - v - at(x+1, y) -
					at(x-1, y+1) - at(x, y+1) - at(x+1, y+1)
			}
			values = append(values, float64(min(max(v, 0), 255)))
		}
	}
	return deviation(values)
}

// histogram returns the standard deviation of how many pixels each grey level has.
func histogram(p *raster.Picture) float64 {
	counts := make([]float64, 256)
	for i := 0; i < len(p.Pix); i += 3 {
		counts[p.Pix[i]]++
	}
	return deviation(counts)
}

func deviation(values []float64) float64 {
	var sum, square float64
	for _, v := range values {
		sum, square = sum+v, square+v*v
	}
	n := float64(len(values))
	return math.Sqrt(max(0, square/n-sum/n*sum/n))
}
