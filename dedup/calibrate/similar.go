package calibrate

import "math"

// What a pair is worth that is so near that k strangers of a picture are expected to be
// as near: the odds that it is similar (the same scene, burst or prompt) are a level
// over k to a power. Fitted on 618 labelled pairs, each weighed by how many of its
// kind there are in their heap (docs/similar.md). Of two pictures that are known to come
// from one prompt the odds are nine times as high: whoever generates makes several.
const (
	similarOdds         = 0.15
	similarOddsOfPrompt = 1.4
	similarPower        = 0.65
)

// SimilarCurve returns the chance that a pair is similar, by cosine, in a catalogue of
// so many images; onePrompt is for two pictures that were generated from one prompt.
//
// Unlike that of copies, the cosine of similar pictures has no density that edits could
// teach: they share anything from a subject and a palette to every shape. So the
// chance rests on strangers alone, as Calibration.Strangers counts them, and a curve
// that was fitted with one encoder at two resolutions is stated for any.
func (c Calibration) SimilarCurve(images int, onePrompt bool) Curve {
	level := math.Log(similarOdds)
	if onePrompt {
		level = math.Log(similarOddsOfPrompt)
	}
	strangers := math.Log(float64(max(images-1, 1)))
	var scores, odds []float64
	for i := range histogramBins/2 + 1 {
		x := 2 * float64(i) / histogramBins
		chance, _ := c.Strangers.log(x)
		scores, odds = append(scores, x), append(odds, level-similarPower*(strangers+chance))
	}
	return monotone(scores, odds)
}

// SimilarFrom returns the cosine that so many strangers of a picture are expected to
// reach.
func (c Calibration) SimilarFrom(images int, strangers float64) float64 {
	return c.Strangers.mode(float64(max(images-1, 1)) / strangers)
}
