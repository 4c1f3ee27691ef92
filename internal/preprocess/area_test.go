package preprocess

import (
	"math"
	"testing"
)

func TestShrinkArea(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Samples
		w, h int
		want []uint8
	}{
		{"whole pixels", Samples{[]uint8{10, 20, 30, 50}, 4, 4, 1, 1}, 2, 1, []uint8{15, 40}},
		{"fractions", Samples{[]uint8{0, 90, 240}, 3, 3, 1, 1}, 2, 1, []uint8{30, 190}},
		{"rows", Samples{[]uint8{0, 7, 90, 7, 240, 7}, 2, 1, 3, 1}, 1, 2, []uint8{30, 190}},
		{"colours", Samples{[]uint8{0, 100, 200, 10, 110, 250}, 6, 2, 1, 3}, 1, 1, []uint8{5, 105, 225}},
		{"larger", Samples{[]uint8{0, 90}, 2, 2, 1, 1}, 3, 1, []uint8{0, 45, 90}},
	} {
		got := ShrinkArea(c.in, c.w, c.h)
		for i, v := range c.want {
			if math.Abs(float64(got.Pix[i])-float64(v)) > 1 {
				t.Errorf("%s: %v, want %v", c.name, got.Pix, c.want)
				break
			}
		}
	}
}

// The extremes neither overflow nor lose a level.
func TestShrinkAreaKeepsWhite(t *testing.T) {
	for _, size := range [][2]int{{1, 1 << 20}, {1 << 20, 1}, {777, 333}} {
		white := Samples{make([]uint8, size[0]*size[1]), size[0], size[0], size[1], 1}
		for i := range white.Pix {
			white.Pix[i] = 255
		}
		for _, v := range ShrinkArea(white, 1, 1).Pix {
			if v != 255 {
				t.Errorf("%v: white became %d", size, v)
			}
		}
	}
}
