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
	// Copies has the log density of the cosine of two versions of a picture.
	Copies Density `json:"copies"`
	// Strangers is how often two strangers are so near.
	Strangers Tail `json:"strangers"`
	// Lookalikes is for pictures that were made apart but from one prompt: how near
	// a picture's nearest of them is.
	Lookalikes Gumbel `json:"lookalikes"`
	// Hash is the same for hash distances.
	Hash HashFit `json:"hash"`

	// Crowds says that the cosines of Copies, Strangers and Lookalikes are told by how crowded
	// it is round both pictures (dedup.Crowding), and that others are to be.
	Crowds bool `json:"crowds,omitempty"`

	Pictures int    `json:"pictures"` // it was learnt from
	Pairs    int    `json:"pairs"`    // of versions of a picture
	Seed     uint64 `json:"seed"`

	share float64 // of copies in the heap that it is in; 0 = Prior
}

// CalibrationVersion is the current layout and meaning of a Calibration.
const CalibrationVersion = 1

// Evidence is what a calibration is fitted on.
type Evidence struct {
	Copies    []float64 // cosines of edits, with their originals and with each other
	Strangers Histogram // cosines of versions of two pictures that are no copies
	// Lookalikes has the cosine of each picture and the nearest one of its prompt.
	// With fewer than 30, what was measured on Stable Diffusion is taken.
	Lookalikes []float64

	HashCopies []int // hash distances of edits and originals, flat pictures left out
	// HashStrangers counts the pairs of strangers at each distance, index 0 to 64.
	HashStrangers []int
	Pictures      int
	Seed          uint64
	Crowds        bool // the cosines are told by how crowded it is

	// Verdicts is what the user said of pairs of the catalogue.
	Verdicts Verdicts
}

// Fit fits a calibration.
func Fit(e Evidence) (Calibration, error) {
	if pairs := e.Strangers.total(); len(e.Copies) < 20 || pairs < 40 {
		return Calibration{}, fmt.Errorf("calibrate: %d pairs of copies and %.0f of strangers are too few", len(e.Copies), pairs)
	}
	for _, s := range slices.Concat(e.Copies, e.Lookalikes, e.Verdicts.Same, e.Verdicts.Distinct) {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return Calibration{}, errors.New("calibrate: a cosine is no finite number")
		}
	}
	return Calibration{
		Version: CalibrationVersion, Copies: smooth(e.copies()), Strangers: e.Verdicts.refine(fitTail(e.Strangers)),
		Lookalikes: fitLookalikes(e.Lookalikes), Hash: fitHash(e),
		Pictures: e.Pictures, Pairs: len(e.Copies), Seed: e.Seed, Crowds: e.Crowds,
	}, nil
}

// Check refuses what another version of the program has fitted, or what a file has
// lost: its curve would be nonsense.
func (c *Calibration) Check() error {
	if c.Version != CalibrationVersion || len(c.Strangers.Log) == 0 || c.Strangers.Step <= 0 {
		return fmt.Errorf("it is of another version (%d, this program has %d)", c.Version, CalibrationVersion)
	}
	return nil
}

// Curve returns the chance that a pair is a copy, by cosine, in a catalogue of so
// many images: it weighs the copies that a picture has there at a cosine against its
// nearest stranger.
func (c Calibration) Curve(images int) Curve {
	n := strangers(images)
	return c.against(c.odds(), c.Strangers.mode(n), func(x float64) float64 { return c.Strangers.logNearest(x, n) })
}

// Nearest returns the cosine where the nearest stranger of a picture mostly is, in a
// catalogue of so many images: about one stranger for each picture lies above.
func (c Calibration) Nearest(images int) float64 { return c.Strangers.mode(strangers(images)) }

// LookalikeCurve is the same for two pictures of one prompt. They were made apart,
// so hardly anything but the same pixels makes a copy likely.
func (c Calibration) LookalikeCurve() Curve {
	return c.against(Prior/(1-Prior), c.Lookalikes.Location, c.Lookalikes.logDensity)
}

// against weighs the copies' density, times how many a picture has, against another, given as a logarithm. Below
// its mode that one is taken to stay as high: a nearest score is rare there only
// because a nearer one is at hand.
func (c Calibration) against(copies, mode float64, other func(x float64) float64) Curve {
	var scores, odds []float64
	for i, l := range c.Copies.Log {
		x := c.Copies.Low + c.Copies.Step*float64(i)
		scores = append(scores, x)
		odds = append(odds, math.Log(copies)+l-other(max(x, mode)))
	}
	return monotone(scores, odds)
}
