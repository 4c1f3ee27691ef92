package half

import (
	"math"
	"testing"
)

// Values and bits as numpy.float16 gives them.
func TestFromFloat(t *testing.T) {
	for _, c := range []struct {
		f    float32
		want uint16
	}{
		{0, 0}, {float32(math.Copysign(0, -1)), 0x8000}, {1, 0x3c00}, {-2, 0xc000},
		{0.1, 0x2e66}, {65504, 0x7bff}, {65519, 0x7bff}, {65520, 0x7c00},
		{6.1e-5, 0x03ff}, {5.9604645e-8, 1}, {2.9e-8, 0}, {3e-8, 1},
		{1.00048828125, 0x3c00}, {1.00146484375, 0x3c02}, // ties go to even
		{float32(math.Inf(-1)), 0xfc00},
	} {
		if got := FromFloat(c.f); got != c.want {
			t.Errorf("FromFloat(%g) = %#04x, want %#04x", c.f, got, c.want)
		}
	}
}

func TestEveryHalfSurvives(t *testing.T) {
	for i := range 1 << 16 {
		h := uint16(i)
		f := ToFloat(h)
		if f != f {
			if back := FromFloat(f); ToFloat(back) == ToFloat(back) {
				t.Fatalf("NaN %#04x came back as the number %g", h, ToFloat(back))
			}
			continue
		}
		if got := FromFloat(f); got != h {
			t.Fatalf("%#04x = %g came back as %#04x", h, f, got)
		}
	}
}

func TestEncodeDecode(t *testing.T) {
	src := []float32{0.5, -1.25, 3}
	got := make([]float32, 3)
	Decode(got, Encode(src))
	for i := range src {
		if got[i] != src[i] {
			t.Errorf("value %d: %g, want %g", i, got[i], src[i])
		}
	}
}
