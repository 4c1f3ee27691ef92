package stage

import (
	"context"
	"math"

	"github.com/curate/curate/catalog"
)

// PairRow is two files and how alike they are. A null was not measured.
type PairRow struct {
	A            string   `json:"a"`
	B            string   `json:"b"`
	Score        float64  `json:"score"`
	Cosine       *float64 `json:"cosine"`
	HashDistance *int     `json:"hash_distance"`
	Orientation  *int     `json:"orientation"` // EXIF 1 to 8 that maps b onto a
	Kind         []string `json:"kind"`        // how it was found: exact, hash, vit
	// Of says what the two are to each other: copy or similar.
	Of catalog.PairKind `json:"of"`
}

// PairOptions choose pairs.
type PairOptions struct {
	Kind      catalog.PairKind
	Threshold *float64 // nil: that of the last dedup
	Limit     int      // 0 = all
}

// Pairs gives the pairs at or above the threshold to each, best first: of copies those that are the same to the byte, then what the last dedup kept.
// ran is false when there was none yet.
func Pairs(ctx context.Context, e *Env, o PairOptions, v catalog.View, each func(PairRow) error) (ran bool, err error) {
	in, ran, err := e.Catalog.MarksInForce(ctx, o.Kind)
	if err != nil {
		return ran, err
	}
	f := catalog.PairFilter{Kind: o.Kind, MinScore: in.Threshold}
	if o.Threshold != nil {
		f.MinScore = *o.Threshold
	}
	n := 0
	if o.Kind == catalog.CopyPair {
		if n, err = exactPairs(ctx, e, o.Limit, v, each); err != nil {
			return ran, err
		}
	}
	if f.Limit = o.Limit - n; o.Limit > 0 && f.Limit == 0 {
		return ran, nil
	}
	f.Limit = max(0, f.Limit)
	for p, err := range e.Catalog.Pairs(ctx, f) {
		if err != nil {
			return ran, err
		}
		if err := each(newPairRow(p, o.Kind, v)); err != nil {
			return ran, err
		}
	}
	return ran, nil
}

// exactPairs gives the files that are the same to the byte, limit at most (0 for all), and says how many.
func exactPairs(ctx context.Context, e *Env, limit int, v catalog.View, each func(PairRow) error) (n int, err error) {
	for x, err := range e.Catalog.ExactCopies(ctx) {
		if err != nil || limit > 0 && n == limit {
			return n, err
		}
		n++
		if err := each(exactPair(v.Show(x.First), v.Show(x.Path))); err != nil {
			return n, err
		}
	}
	return n, nil
}

func exactPair(a, b string) PairRow {
	one, upright, none := 1.0, 1, 0
	return PairRow{A: a, B: b, Score: 1, Cosine: &one, HashDistance: &none, Orientation: &upright, Kind: catalog.ByExact.Names(), Of: catalog.CopyPair}
}

func newPairRow(p catalog.PairRow, of catalog.PairKind, v catalog.View) PairRow {
	r := PairRow{A: v.Show(p.PathA), B: v.Show(p.PathB), Score: p.Score, Orientation: orNullNumber(p.Orientation), Kind: orEmpty(p.By.Names()), Of: of}
	if !math.IsNaN(p.Cosine) {
		r.Cosine = &p.Cosine
	}
	if p.HashDistance >= 0 {
		r.HashDistance = &p.HashDistance
	}
	return r
}
