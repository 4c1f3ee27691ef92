package half

import (
	"math"
	"testing"
)

func TestDotIsTheSumOfProducts(t *testing.T) {
	for n := range 11 {
		a, b, want := make([]uint16, n), make([]uint16, n), 0.0
		for k := range n {
			x, y := float32(k)-2.5, 1/float32(k+1)
			a[k], b[k] = FromFloat(x), FromFloat(y)
			want += float64(ToFloat(a[k])) * float64(ToFloat(b[k]))
		}
		if got := Dot(a, b); math.Abs(got-want) > 1e-12 {
			t.Errorf("%d values: %g, want %g", n, got, want)
		}
	}
}
