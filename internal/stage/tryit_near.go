package stage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"slices"

	"github.com/curate/curate/catalog"
)

// nearShown is how many pictures are shown that are like one.
const nearShown = 12

// nearest fills in the pictures that the run has learnt from and that are most like
// the one with that content. Where the run left the encoder as it was, what the
// classifier read of it is compared with what is in the catalogue; else the embeddings
// that are there of both, or those that the encoder in the binary makes of it.
func (t *Tryout) nearest(ctx context.Context, run catalog.Run, s runSettings, data []byte, head []float32, r *Tried) error {
	r.Near = []Near{}
	var content catalog.Hash = sha256.Sum256(data)
	taught, err := t.taught(ctx, run, content, r)
	if err != nil || len(taught) == 0 {
		return err
	}
	spaces, err := t.env.Catalog.Spaces(ctx)
	if err != nil {
		return err
	}
	ids, err := t.env.Catalog.HasImages(ctx, []catalog.Hash{content})
	if err != nil {
		return err
	}
	for _, space := range bySuitability(spaces, s) {
		own := head
		if !s.readsAsIs(space) || len(head) != space.Dim {
			if own, err = t.embedded(ctx, space, ids[content], data); err != nil {
				return err
			}
		}
		if own == nil {
			continue
		}
		near, err := t.nearestIn(ctx, space, own, taught)
		if err != nil {
			return err
		}
		if len(near) > 0 {
			r.NearBy = space.Model
			return t.describe(ctx, near, r)
		}
	}
	return nil
}

// readsAsIs tells whether the run's classifier reads what is kept in the space.
func (s runSettings) readsAsIs(space catalog.Space) bool {
	return s.Mode == ModeProbe && space.Purpose == catalog.ForHead && space.ModelHash == s.ModelHash && space.Resolution == s.Resolution
}

// bySuitability sorts spaces: what the classifier reads, then what other classifiers
// read, which says more of what a picture shows than what tells copies.
func bySuitability(spaces []catalog.Space, s runSettings) []catalog.Space {
	rank := func(x catalog.Space) int {
		switch {
		case s.readsAsIs(x):
			return 0
		case x.Purpose == catalog.ForHead && x.ModelHash == s.ModelHash:
			return 1
		case x.Purpose == catalog.ForHead:
			return 2
		}
		return 3
	}
	out := slices.Clone(spaces)
	slices.SortStableFunc(out, func(a, b catalog.Space) int { return cmp.Or(rank(a)-rank(b), int(b.ID-a.ID)) })
	return out
}

// embedded returns the embedding of a picture, which may be an image of the catalogue;
// nil if there is none. Only the encoder in the binary is asked for new ones: others
// may have to be brought first.
func (t *Tryout) embedded(ctx context.Context, space catalog.Space, id catalog.ImageID, data []byte) ([]float32, error) {
	if id != 0 {
		row, present, err := t.env.Catalog.VectorsOf(ctx, space.ID, []catalog.ImageID{id})
		if err != nil || present[0] {
			return row, err
		}
	}
	if !isBuiltin(space.Model) {
		return nil, nil
	}
	for _, q := range []Quality{Balanced, Fast} {
		if own, err := t.encode(ctx, q, space, data); err != nil || own != nil {
			return own, err
		}
	}
	return nil, nil
}

// encode returns what the encoder in the binary makes of a picture, nil if that is not
// what the space holds.
func (t *Tryout) encode(ctx context.Context, q Quality, space catalog.Space, data []byte) (own []float32, err error) {
	o, err := q.Embedding(space.Model)
	if err != nil {
		return nil, err
	}
	p, err := planEmbeddings(ctx, t.env, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if p.out.Copies.ID != space.ID {
		return nil, nil
	}
	return p.one(ctx, data)
}

// taught lists the images that the run has learnt from and that the catalogue still
// has, but for the one with that content.
func (t *Tryout) taught(ctx context.Context, run catalog.Run, content catalog.Hash, r *Tried) ([]catalog.ImageID, error) {
	known, err := readLearnt(run.Dir)
	if err != nil || known == nil {
		return nil, err
	}
	ids, err := t.env.Catalog.HasImages(ctx, known.train)
	if err != nil {
		return nil, err
	}
	var out []catalog.ImageID
	for _, h := range known.train {
		if h == content {
			r.Learnt = true
		} else if id, there := ids[h]; there {
			out = append(out, id)
		}
	}
	return out, nil
}

// nearAtOnce is how many embeddings are in memory while the nearest are looked for.
const nearAtOnce = 2048

// nearestIn returns the images whose embeddings have the largest cosine with own.
func (t *Tryout) nearestIn(ctx context.Context, space catalog.Space, own []float32, images []catalog.ImageID) ([]Near, error) {
	var best []Near
	for chunk := range slices.Chunk(images, nearAtOnce) {
		rows, present, err := t.env.Catalog.VectorsOf(ctx, space.ID, chunk)
		if err != nil {
			return nil, err
		}
		for i, id := range chunk {
			if present[i] {
				best = append(best, Near{ID: id, Similarity: angle(own, rows[i*space.Dim:(i+1)*space.Dim])})
			}
		}
		slices.SortStableFunc(best, func(a, b Near) int { return cmp.Compare(b.Similarity, a.Similarity) })
		best = best[:min(len(best), nearShown)]
	}
	return best, nil
}

// angle is the cosine of the angle between two vectors, 0 where one has no length.
func angle(a, b []float32) float64 {
	var ab, aa, bb float64
	for i, x := range a {
		ab += float64(x) * float64(b[i])
		aa += float64(x) * float64(x)
		bb += float64(b[i]) * float64(b[i])
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// describe fills in what is known of the images.
func (t *Tryout) describe(ctx context.Context, near []Near, r *Tried) error {
	at := map[catalog.ImageID]int{}
	var ids []catalog.ImageID
	for i, n := range near {
		at[n.ID], ids = i, append(ids, n.ID)
	}
	for row, err := range t.env.Catalog.Images(ctx, catalog.Filter{IDs: ids}) {
		if err != nil {
			return err
		}
		n := &near[at[row.ID]]
		n.Label, n.Path, n.row = row.Label, row.Path, row
	}
	r.Near = near
	return nil
}
