package edit

import (
	"math"

	"github.com/curate/curate/internal/raster"
)

// warp draws a w x h picture whose point x, y shows the point of p that from
// names, bilinearly; pixel centres lie at .5. What lies outside p is filled.
func warp(p *raster.Picture, w, h int, fill [3]uint8, from func(x, y float64) (float64, float64)) *raster.Picture {
	out := raster.New(w, h)
	for y := range h {
		row := out.Row(y)
		for x := range w {
			sx, sy := from(float64(x)+.5, float64(y)+.5)
			sample(p, sx-.5, sy-.5, fill, row[3*x:3*x+3])
		}
	}
	return out
}

// sample writes p at a point between pixels; half a pixel beyond the edge is
// still the edge.
func sample(p *raster.Picture, x, y float64, fill [3]uint8, dst []uint8) {
	if x < -.5 || y < -.5 || x > float64(p.W)-.5 || y > float64(p.H)-.5 || math.IsNaN(x+y) {
		copy(dst, fill[:])
		return
	}
	x, y = math.Max(x, 0), math.Max(y, 0)
	x0, y0 := min(int(x), p.W-1), min(int(y), p.H-1)
	x1, y1 := min(x0+1, p.W-1), min(y0+1, p.H-1)
	fx, fy := x-float64(x0), y-float64(y0)
	top, low := p.Row(y0), p.Row(y1)
	for c := range 3 {
		a := float64(top[3*x0+c])*(1-fx) + float64(top[3*x1+c])*fx
		b := float64(low[3*x0+c])*(1-fx) + float64(low[3*x1+c])*fx
		dst[c] = clamp8(a*(1-fy) + b*fy)
	}
}

// meanColour is the average of all pixels.
func meanColour(p *raster.Picture) [3]uint8 {
	var sum [3]int
	for i := 0; i < len(p.Pix); i += 3 {
		sum[0] += int(p.Pix[i])
		sum[1] += int(p.Pix[i+1])
		sum[2] += int(p.Pix[i+2])
	}
	n := max(1, len(p.Pix)/3)
	return [3]uint8{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n)}
}
