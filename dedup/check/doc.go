// Package check measures the faults of one picture: too dark, too light, blurry,
// next to empty, grey, of odd size or shape, tiny, animated, blank.
//
// [Picture] scores one decoded picture, [Sizes] scores the sizes of a whole
// dataset against each other, and [Judge] holds scores against [Thresholds].
// Every score is from 0 to 1 and higher is more of the fault. Thresholds only
// decide what is flagged; the scores are worth keeping.
//
// It is not for corrupt files (they never get as far as a picture) and not for
// what a picture shows.
package check

// Version changes whenever the same picture would get another score.
const Version = 4

// Issue names a fault.
type Issue string

// The faults, with what their score means. Where CleanVision (0.3.7) has the
// fault, its definition is followed unless the comment says why not.
const (
	// Dark is 1 - the brightness that 99 in 100 pixels stay under.
	Dark Issue = "dark"
	// Light is the brightness that 95 in 100 pixels reach.
	Light Issue = "light"
	// Blurry compares how fast brightness bends with how fast it changes, at 256
	// pixels and in the sharpest parts: see blur.go.
	Blurry Issue = "blurry"
	// LowInformation is 1 - entropy/10 of the histogram of red, green and blue.
	LowInformation Issue = "low_information"
	// Grayscale is about the colours that are there, not about the file's mode:
	// grey pictures are mostly saved as RGB.
	Grayscale Issue = "grayscale"
	// OddSize is about the size among those of the dataset: see [Sizes].
	OddSize Issue = "odd_size"
	// OddAspect is 1 - short side/long side.
	OddAspect Issue = "odd_aspect"
	// Tiny is 64/(64 + short side): half at 64 pixels.
	Tiny Issue = "tiny"
	// Animated is 1 - 1/frames: half at two frames.
	Animated Issue = "animated"
	// Blank is 2/(2 + spread of brightness in grey levels): half where parts of the
	// frame differ by no more than two levels.
	Blank Issue = "blank"
)

// Issues lists all faults in the order of tables and help texts.
func Issues() []Issue {
	return []Issue{Dark, Light, Blurry, LowInformation, Grayscale, OddSize, OddAspect, Tiny, Animated, Blank}
}

// Thresholds tells from which score on a fault is flagged.
type Thresholds map[Issue]float64

// Defaults returns fresh thresholds that leave ordinary photographs alone.
func Defaults() Thresholds {
	return Thresholds{
		Dark: 0.68, Light: 0.95, Blurry: blurLimit, LowInformation: 0.7, Grayscale: 0.9,
		OddSize: 0.5, OddAspect: 0.65, Tiny: 0.5, Animated: 0.5, Blank: 0.5,
	}
}

// Scores holds the scores of one picture by fault.
type Scores map[Issue]float64

// Finding is a score held against its threshold.
type Finding struct {
	Issue            Issue
	Score, Threshold float64
	Flagged          bool // Score >= Threshold
}

// Judge returns a finding for every score, in the order of [Issues]. An issue
// without a threshold is never flagged.
func Judge(s Scores, t Thresholds) []Finding {
	var out []Finding
	for _, name := range Issues() {
		score, ok := s[name]
		if !ok {
			continue
		}
		limit, ok := t[name]
		out = append(out, Finding{name, score, limit, ok && score >= limit})
	}
	return out
}
