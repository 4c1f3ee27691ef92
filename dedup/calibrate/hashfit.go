package calibrate

import "math"

// HashFit says how hash distances are distributed.
type HashFit struct {
	// Copies has the share of copies at each distance, 0 to 32 bits.
	Copies []float64 `json:"copies"`
	// Two strangers are within d bits with chance exp(Base + Slope*d).
	Base  float64 `json:"base"`
	Slope float64 `json:"slope"`
}

// hashBits is the largest distance that is fitted.
const hashBits = 32

// fitHash counts copies by distance, and fits a line to the logarithm of the
// strangers' chance where it is small and still countable; nearer, where hardly any
// two strangers are, it follows the line. A line under that of photographs, which
// takes luck with few pictures, is not believed.
func fitHash(e Evidence) HashFit {
	f := HashFit{Copies: make([]float64, hashBits+1), Base: logChance, Slope: logSlope}
	for _, d := range e.HashCopies {
		if d <= hashBits {
			f.Copies[d] += 1 / float64(len(e.HashCopies))
		}
	}
	var total, within float64
	for _, n := range e.HashStrangers {
		total += float64(n)
	}
	var n, sx, sy, sxx, sxy float64
	for d, count := range e.HashStrangers {
		if within += float64(count); within < 10 || within > total/5000 {
			continue
		}
		x, y := float64(d), math.Log(within/total)
		n, sx, sy, sxx, sxy = n+within, sx+within*x, sy+within*y, sxx+within*x*x, sxy+within*x*y
	}
	if spread := n*sxx - sx*sx; n > 0 && spread > 0 {
		slope := min(max((n*sxy-sx*sy)/spread, 0.5), 1.2)
		if base := (sy - slope*sx) / n; base+slope*usualReach > logChance+logSlope*usualReach {
			f.Base, f.Slope = base, slope
		}
	}
	return f
}

// usualReach is the distance at which lines are compared, in bits.
const usualReach = 6

// PhotoHashes is what hash distances of photographs and their edits are like, for
// where nothing can be fitted.
func PhotoHashes() HashFit {
	f := HashFit{Copies: make([]float64, hashBits+1), Base: logChance, Slope: logSlope}
	f.Copies[0] = 0.30
	for d := 1; d < len(f.Copies); d++ {
		f.Copies[d] = 0.02
	}
	return f
}

// What two strangers' hashes are like where there are too few pictures to count:
// measured on 8.9 million pairs of photographs (docs/dedup.md).
const (
	logChance = -19.5
	logSlope  = 0.84
)

// HashCurve returns the chance that a pair is a copy, by hash distance from 0 to
// 32 bits, in a catalogue of so many images. It falls with the distance.
func (c Calibration) HashCurve(images int) []float64 {
	out := make([]float64, len(c.Hash.Copies))
	within := func(d float64) float64 { // chance that the nearest stranger is within d
		return -math.Expm1(-strangers(images) * math.Exp(c.Hash.Base+c.Hash.Slope*d))
	}
	lowest, odds := 1.0, c.odds()
	for d := range out {
		stranger := max(within(float64(d))-within(float64(d)-1), 1e-12)
		// Copies are counted over three distances, because single counts jump.
		lo, hi := max(d-1, 0), min(d+1, len(out)-1)
		copies := 1e-6
		for k := lo; k <= hi; k++ {
			copies += c.Hash.Copies[k] / float64(hi-lo+1)
		}
		chance := odds * copies / (odds*copies + stranger)
		lowest = min(lowest, chance)
		out[d] = lowest
	}
	return out
}
