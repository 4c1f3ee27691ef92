package area

import (
	"math"
	"testing"

	"github.com/curate/curate/internal/raster"
)

func grey(w, h int, values ...uint8) *raster.Picture {
	p := raster.New(w, h)
	for i, v := range values {
		p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = v, v, v
	}
	return p
}

func TestGrey(t *testing.T) {
	for _, c := range []struct {
		name string
		p    *raster.Picture
		w, h int
		want []float64
	}{
		{"whole pixels", grey(4, 1, 10, 20, 30, 50), 2, 1, []float64{15, 40}},
		{"fractions", grey(3, 1, 0, 90, 240), 2, 1, []float64{30, 190}},
		{"rows", grey(1, 3, 0, 90, 240), 1, 2, []float64{30, 190}},
		{"larger than the picture", grey(1, 1, 77), 2, 2, []float64{77, 77, 77, 77}},
		{"to a fraction larger", grey(2, 1, 0, 90), 3, 1, []float64{0, 45, 90}},
		{"empty", raster.New(0, 5), 1, 1, []float64{0}},
	} {
		got := Grey(c.p, c.w, c.h)
		for i := range c.want {
			if math.Abs(got[i]-c.want[i]) > 1e-9 {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
				break
			}
		}
	}
}

func TestMeanIsKept(t *testing.T) {
	for _, side := range []int{1, 7, 31, 64, 65, 100, 333} {
		p, sum := raster.New(side, side+3), 0.0
		for i := range side * (side + 3) {
			v := uint8(i * 7)
			p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = v, v, v
			sum += float64(v)
		}
		got := 0.0
		for _, v := range Grey(p, 64, 64) {
			got += v / 4096
		}
		if want := sum / float64(side*(side+3)); math.Abs(got-want) > 1e-6 {
			t.Errorf("side %d: mean %g, want %g", side, got, want)
		}
	}
}

func TestLumaIsGrey(t *testing.T) {
	for _, side := range []int{1, 2, 7, 63, 64, 65, 100, 256} {
		p := raster.New(side, side+3)
		luma := make([]uint8, (side+5)*(side+3))
		for i := range side * (side + 3) {
			v := uint8(i * 7)
			p.Pix[3*i], p.Pix[3*i+1], p.Pix[3*i+2] = v, v, v
			luma[i/side*(side+5)+i%side] = v
		}
		want, got := Grey(p, 64, 64), Luma(luma, side+5, side, side+3, 64, 64)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Fatalf("side %d, cell %d: %g, want %g", side, i, got[i], want[i])
			}
		}
	}
}
