package stage

import (
	"context"
	"fmt"
	"math"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
	"github.com/curate/curate/dedup/calibrate"
)

// similarModel makes of what is known about copies what is known about look-alikes.
// Both are told by the same embeddings, whitened in the same way: on labelled pairs the
// inner layers that see copies tell a curator's look-alikes better than the last
// layer, which sees what is shown and not how (docs/similar.md). Only what a cosine is
// worth differs, and a common prompt speaks for a pair instead of against it.
func (d *deduping) similarModel() *spaceModel {
	if len(d.learnt.calibration.Strangers.Log) == 0 { // of an unknown encoder only what is nearly the same counts
		return d.learnt
	}
	m, n := *d.learnt, max(d.population(), fewestStrangers)
	c := m.inHeap()
	other, onePrompt := c.SimilarCurve(n, false), c.SimilarCurve(n, true)
	m.curve, m.lookalikes = func(int) calibrate.Curve { return other }, &onePrompt
	reach := min(c.SimilarFrom(n, fewAlike), onePrompt.Inverse(min(d.opt.Threshold, 1-1e-9)))
	m.nearest = func(int) float64 { return max(reach, c.SimilarFrom(n, mostAlike)) }
	return &m
}

// Pairs are kept down to the cosine that so many strangers of a picture are expected to
// reach, and further where pictures of one prompt count as similar there, to an end.
const (
	fewAlike  = 5
	mostAlike = 64
)

// onePrompt says what the cosine of two pictures of one prompt is worth; nil for others.
func (d *deduping) onePrompt() func(a, b int) func(cosine float64) float64 {
	prompts, at := d.prompts(), d.learnt.lookalikes.At
	return func(a, b int) func(cosine float64) float64 {
		if prompts[a] == 0 || prompts[a] != prompts[b] {
			return nil
		}
		return at
	}
}

// copied returns the images that the copies' marks have removed: they leave, and what
// they show stays with what they are copies of.
func (d *deduping) copied(ctx context.Context) (map[int]bool, error) {
	out := map[int]bool{}
	if d.opt.Kind != catalog.SimilarPair {
		return out, nil
	}
	for row, err := range d.env.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Removed}}) {
		if err != nil {
			return nil, err
		}
		if i, here := d.at[row.ID]; here && row.Reason.Cause == catalog.CauseCopy {
			out[i] = true
		}
	}
	return out, nil
}

// spread puts the members that stay beside the keeper before the others and returns
// their number, 0 for copies. Those that stay are to be good and to differ: after the
// keeper comes always the picture that is least like those before it, among those with
// at least half the keeper's pixels as long as there are some. What is a copy of
// another, by its mark or by a verdict, and what a verdict removes comes last.
func (d *deduping) spread(g *dedup.Group, candidates []dedup.Candidate, copied map[int]bool) int {
	if d.opt.Kind != catalog.SimilarPair {
		return 0
	}
	keeper := &candidates[g.Keeper]
	class := func(m dedup.Member) int {
		c := &candidates[m.Index]
		switch {
		case m.BySame || copied[m.Index] || c.Verdict == dedup.VerdictRemove:
			return 0
		case 2*c.Width*c.Height < keeper.Width*keeper.Height:
			return 1
		}
		return 2
	}
	return dedup.Spread(g, d.opt.Keep, class, d.nearness)
}

// nearness only compares: the similarities in a group are all close to 1, the cosines
// behind them are not.
func (d *deduping) nearness(a, b int) float64 {
	p := d.scorer.Pair(a, b)
	if math.IsNaN(float64(p.Cosine)) {
		return float64(p.Similarity)
	}
	return float64(p.Cosine)
}

// stays says why the member at a place stays beside the keeper.
func (d *deduping) stays(place int) string {
	return fmt.Sprintf("chosen as number %d of %d: the least like those before it", place+2, d.opt.Keep)
}
