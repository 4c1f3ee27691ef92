package catalog

import (
	"context"
	"iter"
)

// PairKind says which question a pair or cluster answers.
type PairKind string

// Kinds of pairs and clusters.
const (
	CopyPair    PairKind = "copy"    // one picture, edited
	SimilarPair PairKind = "similar" // the same scene, burst or prompt
)

// Evidence is the set of ways in which a pair was found.
type Evidence uint8

// Ways to find a pair.
const (
	ByExact Evidence = 1 << iota // same pixels
	ByHash
	ByViT
)

// Names lists the set's members as the contract names them: exact, hash, vit.
func (e Evidence) Names() []string { return nil }

// Pair is two images with a similarity and the evidence for it. A < B.
type Pair struct {
	A, B         ImageID
	Score        float64 // calibrated similarity, 0 to 1
	Cosine       float64 // NaN = not measured
	HashDistance int     // bits of 64; -1 = not measured
	Orientation  int     // EXIF 1 to 8 that maps B onto A; 0 = not known
	By           Evidence
}

// PairFilter chooses pairs of one kind.
type PairFilter struct {
	Kind     PairKind // CopyPair when empty
	MinScore float64
	Image    ImageID // 0 = any
	Limit    int     // 0 = all
}

// PairRow is a pair with the paths of its images (as stored).
type PairRow struct {
	Pair
	PathA, PathB string
}

// Pairs streams pairs, best first (then by A and B).
func (c *Catalog) Pairs(ctx context.Context, f PairFilter) iter.Seq2[PairRow, error] { return nil }
