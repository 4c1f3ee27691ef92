package check

import (
	"math"
	"testing"
)

// The wanted values are CleanVision's 0.3.7 calc_blurriness and calc_std_grayscale
// (Pillow 13) of the same pictures.
func TestCoarseIsCleanVisions(t *testing.T) {
	for _, c := range []struct {
		w, h             int
		edges, histogram float64
	}{
		{64, 48, 45.903083, 4.220486},
		{256, 192, 112.371028, 8.626359},
		{200, 77, 97.537042, 3.231921},
	} {
		g := grey{w: c.w, h: c.h}
		for i := range c.w * c.h {
			x, y := i%c.w, i/c.w
			g.pix = append(g.pix, float64((x*x*3+y*y*5+x*y)/64%256))
		}
		p := g.thumbnail()
		if e, s := edges(p), histogram(p); math.Abs(e-c.edges) > 1e-6 || math.Abs(s-c.histogram) > 1e-6 {
			t.Errorf("%dx%d: edges %.6f, histogram %.6f, want %.6f, %.6f", c.w, c.h, e, s, c.edges, c.histogram)
		}
	}
}
