package scene

import (
	"math"
	"math/rand/v2"
)

const latticeSide = 128

// noise is value noise: random values on a square lattice that repeats every
// latticeSide cells, and smooth curves between them.
type noise struct{ lattice []float32 }

func newNoise(rng *rand.Rand) *noise {
	n := &noise{lattice: make([]float32, latticeSide*latticeSide)}
	for i := range n.lattice {
		n.lattice[i] = rng.Float32()
	}
	return n
}

// at returns the noise at a point, 0 to 1; one cell of the lattice is 1 x 1.
func (n *noise) at(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	tx, ty := float32(x-fx), float32(y-fy)
	x0, y0 := int(fx)&(latticeSide-1), int(fy)&(latticeSide-1)
	x1, y1 := (x0+1)&(latticeSide-1), (y0+1)&(latticeSide-1)
	tx, ty = tx*tx*(3-2*tx), ty*ty*(3-2*ty)
	top, low := n.lattice[y0*latticeSide:], n.lattice[y1*latticeSide:]
	a := top[x0] + (top[x1]-top[x0])*tx
	b := low[x0] + (low[x1]-low[x0])*tx
	return float64(a + (b-a)*ty)
}

// fbm sums octaves of noise, each twice as fine and half as strong (fractional
// Brownian motion), scaled back to 0 to 1.
func (n *noise) fbm(x, y float64, octaves int) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for range octaves {
		sum += weight * n.at(x, y)
		total += weight
		weight /= 2
		x, y = 2*x+17.3, 2*y+9.1 // shifted, or the lattices would meet at the origin
	}
	return sum / total
}
