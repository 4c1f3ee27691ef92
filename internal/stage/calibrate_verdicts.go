package stage

import (
	"context"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
)

// verdictCosines returns the told cosines of the pairs that the user has judged, as far as
// both pictures have an embedding in the space. They refine the calibration: see
// calibrate.Verdicts for what they weigh.
func verdictCosines(ctx context.Context, e *Env, space catalog.SpaceID, w *calibrate.Whitening, crowd *dedup.Crowding) (v calibrate.Verdicts, err error) {
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
		told := dedup.Told(cosine(a, b), crowd.Scale(a, -1), crowd.Scale(b, -1))
		switch p.Kind {
		case catalog.Same:
			v.Same = append(v.Same, told)
		case catalog.Distinct:
			v.Distinct = append(v.Distinct, told)
		}
	}
	return v, nil
}
