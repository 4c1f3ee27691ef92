package calibrate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Density is a smooth density on [-1, 1], as logarithms at even steps.
type Density struct {
	Low  float64   `json:"low"`  // score of the first value
	Step float64   `json:"step"` // to the next
	Log  []float64 `json:"log"`  // natural logarithm of the density
}

const (
	densityLow, densityStep, densityCount = -0.5, 0.025, 61
	narrowest, widest                     = 0.015, 0.06
	unthought                             = 0.02 // share of copies that are like none of the edits
)

// smooth estimates a density with a Gaussian kernel, mirrored at 1, above a floor
// that stands for the copies nobody thought of: they lie anywhere.
func smooth(scores []float64) Density {
	d := Density{Low: densityLow, Step: densityStep, Log: make([]float64, densityCount)}
	bandwidth := bandwidthOf(scores)
	for i := range d.Log {
		x, sum := densityLow+densityStep*float64(i), 0.0
		for _, s := range scores {
			sum += kernel((x-s)/bandwidth) + kernel((x-(2-s))/bandwidth)
		}
		share := sum / (float64(len(scores)) * bandwidth)
		d.Log[i] = math.Log((1-unthought)*share + unthought/2)
	}
	return d
}

// bandwidthOf is Silverman's rule of thumb (1986, eq. 3.31): the more scores there are,
// and the closer together, the less they have to be smoothed. Smoothed too much, a steep
// flank is filled in, and chances there come out too high.
func bandwidthOf(scores []float64) float64 {
	_, deviation := stat.MeanStdDev(scores, nil)
	sorted := slices.Sorted(slices.Values(scores))
	middle := stat.Quantile(.75, stat.Empirical, sorted, nil) - stat.Quantile(.25, stat.Empirical, sorted, nil)
	if math.IsNaN(deviation) {
		return widest
	}
	h := 0.9 * min(deviation, middle/1.34) * math.Pow(float64(len(scores)), -0.2)
	return min(max(h, narrowest), widest)
}

// at returns the logarithm at x, straight between its values and level beyond them.
func (d Density) at(x float64) float64 {
	place := min(max((x-d.Low)/d.Step, 0), float64(len(d.Log)-1))
	i := min(int(place), len(d.Log)-2)
	return d.Log[i] + (place-float64(i))*(d.Log[i+1]-d.Log[i])
}

func kernel(t float64) float64 { return math.Exp(-t*t/2) / math.Sqrt(2*math.Pi) }
