package metrics

import (
	"math"
	"testing"
)

// Values of scipy.stats.binomtest(min(a, b), a+b).pvalue.
func TestMcNemarAgreesWithSciPy(t *testing.T) {
	for _, c := range []struct {
		a, b int
		want float64
	}{{0, 0, 1}, {10, 3, 0.09228515625}, {3, 10, 0.09228515625}, {5, 5, 1}, {0, 8, 0.0078125}, {400, 350, 0.07350777405843484}, {2000, 1000, 1.0090148627940651e-75}} {
		if got := McNemar(c.a, c.b); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("%d, %d: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
