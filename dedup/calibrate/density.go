package calibrate

import "math"

// Density is a smooth density on [-1, 1], as logarithms at even steps.
type Density struct {
	Low  float64   `json:"low"`  // score of the first value
	Step float64   `json:"step"` // to the next
	Log  []float64 `json:"log"`  // natural logarithm of the density
}

const (
	densityLow, densityStep, densityCount = -0.5, 0.025, 61
	bandwidth                             = 0.04
)

// smooth estimates a density with a Gaussian kernel, mirrored at 1, above a floor
// that stands for the copies nobody thought of.
func smooth(scores []float64) Density {
	d := Density{Low: densityLow, Step: densityStep, Log: make([]float64, densityCount)}
	for i := range d.Log {
		x, sum := densityLow+densityStep*float64(i), 0.0
		for _, s := range scores {
			sum += kernel((x-s)/bandwidth) + kernel((x-(2-s))/bandwidth)
		}
		share := sum / (float64(len(scores)) * bandwidth)
		d.Log[i] = math.Log(0.98*share + 0.02/2)
	}
	return d
}

func kernel(t float64) float64 { return math.Exp(-t*t/2) / math.Sqrt(2*math.Pi) }
