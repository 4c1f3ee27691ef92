package stage

import (
	"context"
	"crypto/sha256"
	"errors"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/imageio"
)

// chooseEncoder finds the encoder that has described the images: the one asked for, else that of the first quality that any image was
// described in. The caller holds the lock.
func (s *Searcher) chooseEncoder(ctx context.Context, o LikeOptions) (heapState, error) {
	o.Limit = 0
	if l := &s.likeness; l.encoder != nil && l.asked == o {
		if state, err := s.refreshed(ctx); err != nil || state.images > 0 {
			return state, err
		}
	}
	qualities := []Quality{o.Quality}
	if o.Quality == "" {
		qualities = []Quality{Balanced, Best, Fast}
	}
	var failed error
	for _, q := range qualities {
		p, err := s.plan(ctx, q, o.Model)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		state, err := s.heapState(ctx, p.out.Copies)
		if err != nil || state.images == 0 {
			failed = errors.Join(err, failed, p.close())
			continue
		}
		s.likeness.asked = o
		return state, s.take(p)
	}
	if o.Quality == "" && o.Model == "" || failed == nil {
		failed = &NotEmbeddedError{o.Model, o.Quality}
	}
	return heapState{}, failed
}

// refreshed says how things are with the space of the encoder that was chosen last.
func (s *Searcher) refreshed(ctx context.Context) (heapState, error) {
	kept := &s.likeness.encoder.out.Copies
	spaces, err := s.env.Catalog.Spaces(ctx)
	for _, space := range spaces {
		if space.ID == kept.ID {
			*kept = space
			return s.heapState(ctx, space)
		}
	}
	return heapState{}, err
}

func (s *Searcher) plan(ctx context.Context, q Quality, model string) (*embedding, error) {
	o, err := s.env.Embedding(q, model)
	if err != nil {
		return nil, err
	}
	return planEmbeddings(ctx, s.env, o)
}

// take keeps a plan, unless it is the one that is kept already, which may be open.
func (s *Searcher) take(p *embedding) error {
	l := &s.likeness
	if l.encoder != nil && l.encoder.out.Copies.ID == p.out.Copies.ID {
		l.encoder.out = p.out // the calibration may be another one
		return p.close()
	}
	var err error
	if l.encoder != nil {
		err = l.encoder.close()
	}
	l.encoder = p
	return err
}

// vector returns the descriptor of a picture, which may be one of the catalogue. The caller holds the lock.
func (s *Searcher) vector(ctx context.Context, h *likeHeap, data []byte) ([]float32, error) {
	content := catalog.Hash(sha256.Sum256(data))
	ids, err := s.env.Catalog.HasImages(ctx, []catalog.Hash{content})
	if err != nil {
		return nil, err
	}
	if own := h.of(ids[content]); own != nil {
		return own, nil
	}
	own, err := s.encode(ctx, data)
	if err != nil {
		return nil, err
	}
	if own, err = h.learnt.whitening.Apply(own); err != nil {
		return nil, err
	}
	takeOff(own, h.centre)
	return own, nil
}

// encode describes a picture when there is room for it.
func (s *Searcher) encode(ctx context.Context, data []byte) ([]float32, error) {
	info, err := imageio.ReadInfo(data, imageio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	leave, err := s.likeness.gate.Acquire(ctx, info.DecodeBytes())
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.likeness.encoder.one(ctx, data)
}
