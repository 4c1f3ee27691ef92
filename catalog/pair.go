package catalog

import (
	"context"
	"database/sql"
	"iter"
	"math"
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
func (e Evidence) Names() []string {
	var out []string
	for i, name := range []string{"exact", "hash", "vit"} {
		if e&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

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
func (c *Catalog) Pairs(ctx context.Context, f PairFilter) iter.Seq2[PairRow, error] {
	kind, limit := f.Kind, f.Limit
	if kind == "" {
		kind = CopyPair
	}
	if limit == 0 {
		limit = -1
	}
	with, from, args := "", "pair p WHERE p.kind = ? AND p.score >= ?", []any{kind, f.MinScore}
	if f.Image != 0 { // by both ends, apart: in the order of scores all pairs would be looked at
		with, from = "WITH mine AS MATERIALIZED (SELECT * FROM pair WHERE kind = ? AND a = ? UNION ALL SELECT * FROM pair WHERE kind = ? AND b = ?) ", "mine p WHERE p.score >= ?"
		args = []any{kind, f.Image, kind, f.Image, f.MinScore}
	}
	return stream(ctx, c, scanPair, with+"SELECT p.a, p.b, p.score, p.cosine, p.hash_distance, p.orientation, p.evidence, "+
		anyPath("p.a")+", "+anyPath("p.b")+" FROM "+from+" ORDER BY p.score DESC, p.a, p.b LIMIT ?", append(args, limit)...)
}

// PairsAmong returns the pairs of a kind whose images are both among these.
func (c *Catalog) PairsAmong(ctx context.Context, kind PairKind, images []ImageID) ([]Pair, error) {
	ps, err := collect(ctx, c.read, func(r *sql.Rows) (Pair, error) {
		row, err := scanPair(r)
		return row.Pair, err
	}, `SELECT p.a, p.b, p.score, p.cosine, p.hash_distance, p.orientation, p.evidence, '', '' FROM json_each(?1) j CROSS JOIN pair p ON p.kind = ?2 AND p.a = j.value
		WHERE +p.b IN (SELECT value FROM json_each(?1))`, list(images), kind) // +: not each with each
	return ps, c.fault(err)
}

// anyPath is the path of an image, by a column that holds its number: a live one if there is one.
func anyPath(column string) string {
	return "coalesce((SELECT path FROM location WHERE image = " + column + " ORDER BY gone <> '', id LIMIT 1), '')"
}

func scanPair(r *sql.Rows) (p PairRow, err error) {
	var cosine sql.NullFloat64
	if err := r.Scan(&p.A, &p.B, &p.Score, &cosine, &p.HashDistance, &p.Orientation, &p.By, &p.PathA, &p.PathB); err != nil {
		return p, err
	}
	if p.Cosine = cosine.Float64; !cosine.Valid {
		p.Cosine = math.NaN()
	}
	return p, nil
}
