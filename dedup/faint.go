package dedup

import (
	"math"

	"github.com/curate/curate/dedup/internal/area"
	"github.com/curate/curate/internal/raster"
)

// Faint is what is compared of a picture that is too flat to have a hash: blank
// frames, gradients, pictures that light or dark has all but swallowed. To a descriptor
// they are all the same, and to one another they differ by a few levels of grey, which
// recompression does not move when it is averaged over large cells.
type Faint struct {
	cells  []float64  // brightness, 0 to 255, of faintSide x faintSide cells
	colour [3]float64 // mean of each channel
}

// Two faint pictures are the same if they differ (root of the mean square over the cells)
// by less than half of their own contrast, or by less than averaged recompression leaves
// where there is none. Of forty drawn scenes of 11 levels the copies (JPEG 75, half the
// size) differ by at most .47 of it, other scenes by .63 and more.
const (
	faintSide   = 16
	faintApart  = 0.3 // levels
	faintShare  = 0.5 // of the contrast
	meanApart   = 1.0 // levels, of the brightness
	colourApart = 2.0 // levels, of a channel's mean
)

// FaintOf measures a picture.
func FaintOf(p *raster.Picture) *Faint {
	f := &Faint{cells: area.Grey(p, faintSide, faintSide)}
	for i, v := range p.Pix {
		f.colour[i%3] += float64(v)
	}
	for c := range f.colour {
		f.colour[c] /= float64(max(1, p.W*p.H))
	}
	return f
}

// Same tells whether two faint pictures show the same, in any of the eight
// orientations. What was not measured (nil) is the same as nothing.
func (f *Faint) Same(g *Faint) bool {
	if f == nil || g == nil {
		return false
	}
	if math.Abs(f.mean()-g.mean()) > meanApart {
		return false
	}
	for c := range f.colour {
		if math.Abs(f.colour[c]-g.colour[c]) > colourApart {
			return false
		}
	}
	limit := max(faintApart, faintShare*min(f.contrast(), g.contrast()))
	for orientation := range 8 {
		if f.apart(g, orientation) <= limit {
			return true
		}
	}
	return false
}

// contrast is the standard deviation of the cells.
func (f *Faint) contrast() float64 {
	mean, sum := f.mean(), 0.0
	for _, v := range f.cells {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(f.cells)))
}

func (f *Faint) mean() float64 {
	sum := 0.0
	for _, v := range f.cells {
		sum += v
	}
	return sum / float64(len(f.cells))
}

// apart is the root of the mean squared difference of the cells, g turned: bit 0 of
// the orientation mirrors left and right, bit 1 top and bottom, bit 2 rows and columns.
func (f *Faint) apart(g *Faint, orientation int) float64 {
	sum := 0.0
	for y := range faintSide {
		for x := range faintSide {
			u, v := x, y
			if orientation&1 != 0 {
				u = faintSide - 1 - u
			}
			if orientation&2 != 0 {
				v = faintSide - 1 - v
			}
			if orientation&4 != 0 {
				u, v = v, u
			}
			d := f.cells[y*faintSide+x] - g.cells[v*faintSide+u]
			sum += d * d
		}
	}
	return math.Sqrt(sum / (faintSide * faintSide))
}
