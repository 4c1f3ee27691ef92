package preprocess

import "github.com/curate/curate/internal/raster"

// nearest picks the pixel under the middle of each output pixel. The positions
// are sums, as in Pillow's ImagingScaleAffine, so that they round alike.
func nearest(p *raster.Picture, w, h int, win window) *raster.Picture {
	xs, ys := nearestSamples(p.W, w), nearestSamples(p.H, h)
	out := raster.New(win.w, win.h)
	for y := range win.h {
		row, from := out.Row(y), p.Row(ys[win.y+y])
		for x := range win.w {
			copy(row[3*x:3*x+3], from[3*xs[win.x+x]:])
		}
	}
	return out
}

func nearestSamples(in, out int) []int {
	samples := make([]int, out)
	step := float64(in) / float64(out)
	at := step * 0.5
	for i := range samples {
		samples[i] = min(int(at), in-1)
		at += step
	}
	return samples
}
