package stage

import (
	"context"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup/calibrate"
)

// verdictCosines returns the cosines of the pairs that the user has judged, as far as
// both pictures have an embedding in the space. They refine the calibration: see
// calibrate.Verdicts for what they weigh.
func verdictCosines(ctx context.Context, e *Env, space catalog.SpaceID, w *calibrate.Whitening) (v calibrate.Verdicts, err error) {
	for c, err := range e.Catalog.Candidates(ctx) {
		if err != nil {
			return v, err
		}
		if c.Fate != catalog.Remove {
			v.Images++
		}
	}
	pairs, err := e.Catalog.PairVerdicts(ctx)
	if err != nil {
		return v, err
	}
	for _, p := range pairs {
		rows, present, err := e.Catalog.VectorsOf(ctx, space, []catalog.ImageID{p.A, p.B})
		if err != nil {
			return v, err
		}
		if !present[0] || !present[1] {
			continue
		}
		a, err := w.Apply(rows[:w.In])
		if err != nil {
			return v, err
		}
		b, err := w.Apply(rows[w.In:])
		if err != nil {
			return v, err
		}
		switch p.Kind {
		case catalog.Same:
			v.Same = append(v.Same, cosine(a, b))
		case catalog.Distinct:
			v.Distinct = append(v.Distinct, cosine(a, b))
		}
	}
	return v, nil
}
