// Package equalise makes files of pictures that do not tell where they came from:
// all of one size, of one codec, at a quality drawn from one distribution, without
// metadata.
//
// [Fit] finds the largest size for which few pictures are too small, and
// [Policy.Make] makes the file of one picture. What is done to a picture depends on its
// content and the seed alone, never on its label. Nothing is ever enlarged.
//
// What it cannot take away is in the pixels themselves: what an earlier compression
// or the resizing by whoever published a picture has left there.
package equalise

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/curate/curate/internal/edit"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/raster"
)

// View says how much of a picture is seen.
type View string

// The views.
const (
	// Detail scales every picture by a factor from the same range and cuts a square of
	// the size out of its middle: of a large picture a part is seen. How a picture was
	// resized then says nothing about how large it was.
	Detail View = "detail"
	// Whole scales the middle square of every picture to the size: of a large picture
	// more is seen, and it is scaled more, which can be told from its pixels.
	Whole View = "whole"
)

// Policy is what is done to pictures.
type Policy struct {
	Side    int        `json:"side"` // pixels of the square that is made
	View    View       `json:"view"`
	Zoom    [2]float64 `json:"zoom"`    // least and largest factor, both below 1: every picture is resampled
	Quality [2]int     `json:"quality"` // least and largest JPEG quality
	Seed    uint64     `json:"seed"`
}

// Standard is the policy for a size and a view.
func Standard(side int, view View, seed uint64) Policy {
	return Policy{Side: side, View: view, Zoom: [2]float64{.75, .95}, Quality: [2]int{75, 95}, Seed: seed}
}

// Check says what is wrong with a policy.
func (p Policy) Check() error {
	switch {
	case p.View != Detail && p.View != Whole:
		return fmt.Errorf("no view is called %q: use %s or %s", p.View, Detail, Whole)
	case p.Side < minSide || p.Side > maxSide:
		return fmt.Errorf("a size of %d pixels: take %d to %d", p.Side, minSide, maxSide)
	case !(0 < p.Zoom[0] && p.Zoom[0] <= p.Zoom[1] && p.Zoom[1] < 1):
		return fmt.Errorf("factors from %g to %g are not all between 0 and 1", p.Zoom[0], p.Zoom[1])
	case !(1 <= p.Quality[0] && p.Quality[0] <= p.Quality[1] && p.Quality[1] <= 100):
		return fmt.Errorf("qualities from %d to %d are not all between 1 and 100", p.Quality[0], p.Quality[1])
	}
	return nil
}

const minSide, maxSide = 32, 4096

// Least is the shortest side that a picture must have.
func (p Policy) Least() int { return int(math.Ceil(float64(p.Side) / p.Zoom[0])) }

// Takes tells whether a picture of this size is large enough.
func (p Policy) Takes(w, h int) bool { return min(w, h) >= p.Least() }

// sides are the sizes to choose from: those that models and people use.
var sides = []int{512, 448, 384, 320, 256, 224, 192, 160, 128, 112, 96, 64, 48, 32}

// mostTooSmall is the part of a label's pictures that may be too small.
const mostTooSmall = 0.05

// Fit returns the largest size, of those that models use, for which nearly all
// pictures of each label are large enough; short has their shorter sides by label.
func Fit(short map[string][]int) (side int, err error) {
	for _, side := range sides {
		least, fits := Standard(side, Detail, 0).Least(), true
		for _, all := range short {
			small := 0
			for _, s := range all {
				if s < least {
					small++
				}
			}
			fits = fits && float64(small) <= mostTooSmall*float64(len(all))
		}
		if fits {
			return side, nil
		}
	}
	return 0, errors.New("the pictures are too small to be made alike: more than one in twenty of a label has a shorter side below 43 pixels; " +
		"name a size, and those that are too small for it are left out")
}

// Make returns the JPEG file that is made of a picture; key names its content. The
// picture must be one that the policy takes.
func (p Policy) Make(pic *raster.Picture, key [sha256.Size]byte) ([]byte, error) {
	if !p.Takes(pic.W, pic.H) {
		return nil, fmt.Errorf("%dx%d pixels are too small: the shorter side must have %d", pic.W, pic.H, p.Least())
	}
	r := p.rand(key)
	quality := p.Quality[0] + r.IntN(p.Quality[1]-p.Quality[0]+1)
	zoom := p.Zoom[0] * math.Pow(p.Zoom[1]/p.Zoom[0], r.Float64())
	from := int(math.Round(float64(p.Side) / zoom))
	if p.View == Whole { // but for the edges, so that here too cuts begin anywhere
		from = int(float64(min(pic.W, pic.H)) * (1 - wholeEdge*r.Float64()))
	}
	from = min(max(from, p.Side+1), pic.W, pic.H)
	cut := pic.Crop(middle(r, pic.W-from), middle(r, pic.H-from), from, from)
	small := preprocess.Resize(cut, p.Side, p.Side, preprocess.Lanczos)
	return edit.EncodeJPEG(small, quality)
}

// wholeEdge is how much of the side Whole may cut away.
const wholeEdge = 0.05

// middle draws where a cut begins of which there is slack: anywhere in the middle
// half, so that the blocks of an earlier JPEG lie at no certain place.
func middle(r *rand.Rand, slack int) int { return slack/4 + r.IntN(slack/2+1) }

// rand is the random numbers of one picture.
func (p Policy) rand(key [sha256.Size]byte) *rand.Rand {
	sum := sha256.Sum256(slices.Concat(binary.LittleEndian.AppendUint64(nil, p.Seed), key[:]))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])))
}
