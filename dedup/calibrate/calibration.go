package calibrate

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Calibration says what scores mean: how those of copies and those of nearest
// strangers are distributed. It does not depend on the size of the catalogue it
// was learnt in.
type Calibration struct {
	Version int `json:"version"`
	// Copies has the log density of the cosine of a copy and its original.
	Copies Density `json:"copies"`
	// Strangers is how near a picture's nearest stranger is.
	Strangers Gumbel `json:"strangers"`
	// Lookalikes is the same for pictures that were made apart but from one prompt:
	// how near a picture's nearest of them is.
	Lookalikes Gumbel `json:"lookalikes"`
	// Hash is the same for hash distances.
	Hash HashFit `json:"hash"`

	Pictures int    `json:"pictures"` // it was learnt from
	Pairs    int    `json:"pairs"`    // of edits and originals
	Seed     uint64 `json:"seed"`
}

// CalibrationVersion is the current layout and meaning of a Calibration.
const CalibrationVersion = 1

// Prior is the share of pictures that are taken to have a copy in the catalogue.
// The chance that a pair is one is stated on this ground.
const Prior = 0.1

// Density is a smooth density on [-1, 1], as logarithms at even steps.
type Density struct {
	Low  float64   `json:"low"`  // score of the first value
	Step float64   `json:"step"` // to the next
	Log  []float64 `json:"log"`  // natural logarithm of the density
}

// Gumbel is the distribution of the largest of many scores: the nearest of Among
// strangers is under x with chance exp(-exp(-(x - Location)/Scale)). In another
// number of strangers only the location is another.
type Gumbel struct {
	Location float64 `json:"location"`
	Scale    float64 `json:"scale"`
	Among    int     `json:"among"`
}

// HashFit says how hash distances are distributed.
type HashFit struct {
	// Copies has the share of copies at each distance, 0 to 32 bits.
	Copies []float64 `json:"copies"`
	// Two strangers are within d bits with chance exp(Base + Slope*d).
	Base  float64 `json:"base"`
	Slope float64 `json:"slope"`
}

// Evidence is what a calibration is fitted on.
type Evidence struct {
	Copies  []float64 // cosines of edits and their originals
	Nearest []float64 // cosine of each picture and its nearest stranger
	Among   int       // strangers that each had to choose from
	// Lookalikes has the cosine of each picture and the nearest one of its prompt.
	// With fewer than 30, what was measured on Stable Diffusion is taken.
	Lookalikes []float64

	HashCopies []int // hash distances of edits and originals, flat pictures left out
	// HashStrangers counts the pairs of strangers at each distance, index 0 to 64.
	HashStrangers []int
	Pictures      int
	Seed          uint64
}

// Fit fits a calibration. The strangers' tail is fitted to the middle of the
// nearest scores (10 to 80 in 100), so that copies which nobody knew of among the
// pictures, which have the highest ones, do not count as strangers.
func Fit(e Evidence) (Calibration, error) {
	if len(e.Copies) < 20 || len(e.Nearest) < 20 || e.Among < 1 {
		return Calibration{}, fmt.Errorf("calibrate: %d edited and %d original pictures are too few, at least 20 are needed", len(e.Copies), len(e.Nearest))
	}
	for _, s := range slices.Concat(e.Copies, e.Nearest) {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return Calibration{}, errors.New("calibrate: a cosine is no finite number")
		}
	}
	return Calibration{
		Version: CalibrationVersion, Copies: smooth(e.Copies), Strangers: FitGumbel(e.Nearest, e.Among),
		Lookalikes: fitLookalikes(e.Lookalikes), Hash: fitHash(e),
		Pictures: e.Pictures, Pairs: len(e.Copies), Seed: e.Seed,
	}, nil
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

// Curve returns the chance that a pair is a copy, by cosine, in a catalogue of so
// many images: with a share of Prior of copies among each picture's candidates,
// and the nearest of images-1 strangers as the other candidate.
func (c Calibration) Curve(images int) Curve {
	return c.against(c.Strangers.among(max(images-1, 1)))
}

// LookalikeCurve is the same for two pictures of one prompt. They were made apart,
// so hardly anything but the same pixels makes a copy likely.
func (c Calibration) LookalikeCurve() Curve { return c.against(c.Lookalikes) }

// against weighs the copies' density against that of the nearest that is no copy.
func (c Calibration) against(g Gumbel) Curve {
	var scores, odds []float64
	for i, l := range c.Copies.Log {
		x := c.Copies.Low + c.Copies.Step*float64(i)
		scores = append(scores, x)
		// Below its mode a nearest score is rare only because a nearer one is there.
		odds = append(odds, math.Log(Prior/(1-Prior))+l-g.logDensity(max(x, g.Location)))
	}
	return monotone(scores, odds)
}

// hashBits is the largest distance that is fitted.
const hashBits = 32

// fitHash counts copies by distance and fits the strangers' chance on the
// distances with enough pairs to count; below, where hardly any two strangers
// are, it follows the line.
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
		within += float64(count)
		if d > 16 || within < 10 || within > total/50 {
			continue
		}
		x, y := float64(d), math.Log(within/total)
		n, sx, sy, sxx, sxy = n+within, sx+within*x, sy+within*y, sxx+within*x*x, sxy+within*x*y
	}
	if spread := n*sxx - sx*sx; n > 0 && spread > 0 {
		f.Slope = min(max((n*sxy-sx*sy)/spread, 0.5), 1.2)
		f.Base = (sy - f.Slope*sx) / n
	}
	return f
}

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
		return -math.Expm1(-float64(max(images-1, 1)) * math.Exp(c.Hash.Base+c.Hash.Slope*d))
	}
	lowest := 1.0
	for d := range out {
		stranger := max(within(float64(d))-within(float64(d)-1), 1e-12)
		// Copies are counted over three distances, because single counts jump.
		lo, hi := max(d-1, 0), min(d+1, len(out)-1)
		copies := 1e-6
		for k := lo; k <= hi; k++ {
			copies += c.Hash.Copies[k] / float64(hi-lo+1)
		}
		chance := Prior * copies / (Prior*copies + (1-Prior)*stranger)
		lowest = min(lowest, chance)
		out[d] = lowest
	}
	return out
}
