package web

import (
	"fmt"
	"math"
	"strings"

	"github.com/curate/curate/catalog"
)

// evidence is why a member and the keeper are taken for one picture.
type evidence struct {
	Known       bool
	Similarity  float64
	Cosine      float64
	HasCosine   bool
	Hash        int // bits, -1 = not measured
	Orientation int // EXIF: how the member has to be turned to lie on the keeper; 0 = not known
	By          []string
	Over        overlay // where it lies on the keeper
	Words       string
}

// sureHash is up to how many bits hashes tell how a picture was turned.
const sureHash = 12

func newEvidence(p catalog.Pair, keeper catalog.ImageID, similarity float64) evidence {
	e := evidence{Similarity: similarity, Hash: -1}
	if p.A == 0 {
		return e
	}
	e.Known, e.Hash, e.Similarity, e.By = true, p.HashDistance, p.Score, p.By.Names()
	if p.Orientation > 0 && p.HashDistance >= 0 && p.HashDistance <= sureHash {
		e.Orientation = p.Orientation // that lays B on A
		if keeper == p.B {
			e.Orientation = inverse[p.Orientation]
		}
	}
	if !math.IsNaN(p.Cosine) {
		e.Cosine, e.HasCosine = p.Cosine, true
	}
	return e
}

// inverse has the orientation that takes an EXIF orientation back.
var inverse = [9]int{0, 1, 2, 3, 4, 5, 8, 7, 6}

// turnWords say how a picture was turned, by EXIF orientation.
var turnWords = [9]string{1: "upright", 2: "mirrored", 3: "turned upside down", 4: "mirrored upside down", 5: "mirrored and turned", 6: "turned by 90 degrees",
	7: "mirrored and turned", 8: "turned by 90 degrees"}

// figure is one number of the evidence.
type figure struct{ Name, Value, Means string }

// Numbers lists the figures of a pair. What was not measured is said to be so.
func (e evidence) Numbers() []figure {
	cosine, hash, turn, over := "not measured", "not measured", "not known", "not compared"
	if e.HasCosine {
		cosine = fmt.Sprintf("%.3f", e.Cosine)
	}
	if e.Hash >= 0 {
		hash = fmt.Sprintf("%d of 64 bits", e.Hash)
	}
	if e.Orientation != 0 {
		turn = turnWords[e.Orientation]
	}
	if e.Over.Known {
		over = percentText(e.Over.Agrees)
	}
	return []figure{
		{"similarity", fmt.Sprintf("%.3f", e.Similarity), "the chance that these are one picture"},
		{"cosine", cosine, "of the two descriptors: 1 is the same"},
		{"hash distance", hash, "bits in which the layouts differ: 0 is the same, 32 is chance"},
		{"orientation", turn, "how one lies against the other"},
		{"lies on it", over, "share of what both show that agrees when one is laid on the other"},
		{"found by", strings.Join(e.By, ", "), "which of the ways to find copies have found it"},
	}
}
