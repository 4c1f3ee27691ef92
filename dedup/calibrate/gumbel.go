package calibrate

import (
	"math"
	"slices"
)

// Gumbel is the distribution of the largest of many scores: the nearest of Among
// strangers is under x with chance exp(-exp(-(x - Location)/Scale)). In another
// number of strangers only the location is another.
type Gumbel struct {
	Location float64 `json:"location"`
	Scale    float64 `json:"scale"`
	Among    int     `json:"among"`
}

// FitGumbel fits the distribution of the nearest of so many strangers. It fits the
// quantiles from 10 to 80 in 100, which lie on a straight line over -log(-log p).
func FitGumbel(nearest []float64, among int) Gumbel {
	sorted := slices.Sorted(slices.Values(nearest))
	var n, sx, sy, sxx, sxy float64
	for p := 0.10; p < 0.805; p += 0.05 {
		x, y := -math.Log(-math.Log(p)), sorted[int(p*float64(len(sorted)))]
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	g := Gumbel{Scale: max(slope, 1e-3), Among: among}
	g.Location = sy/n - g.Scale*sx/n
	return g
}

func fitLookalikes(nearest []float64) Gumbel {
	if len(nearest) < 30 {
		return Gumbel{Location: 0.45, Scale: 0.17, Among: 1}
	}
	return FitGumbel(nearest, 1)
}

// among returns the distribution of the nearest of n strangers.
func (g Gumbel) among(n int) Gumbel {
	g.Location += g.Scale * math.Log(float64(max(n, 1))/float64(max(g.Among, 1)))
	g.Among = n
	return g
}

// Curve returns the chance that the nearest of images-1 strangers is less near than
// a score.
func (g Gumbel) Curve(images int) Curve {
	g = g.among(max(images-1, 1))
	var c Curve
	for t := -3.0; t <= 25; t += 0.25 { // from odds of e^-20 to e^25
		under := math.Exp(-math.Exp(-t))
		c.Scores = append(c.Scores, g.Location+g.Scale*t)
		c.Odds = append(c.Odds, math.Log(under)-math.Log(-math.Expm1(-math.Exp(-t))))
	}
	return c
}

// logDensity returns the logarithm of the density at x.
func (g Gumbel) logDensity(x float64) float64 {
	t := (x - g.Location) / g.Scale
	return -t - math.Exp(-t) - math.Log(g.Scale)
}
