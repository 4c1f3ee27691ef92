package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/internal/imageio"
)

// likeness finds images by what an encoder sees in them: the one that dedup compares copies with, so that nothing but the picture that is
// asked about is to be encoded. What it needs stays in memory for a while.
type likeness struct {
	gate *imageio.Gate // of pictures that are decoded

	mu      sync.Mutex // guards what follows; held while it is made
	heap    *likeHeap
	encoder *embedding  // opened with the first picture that is not in the catalogue
	asked   LikeOptions // that it was chosen for
	away    *time.Timer
}

// likeIdle is how long vectors and encoder stay that nobody asks.
const likeIdle = 5 * time.Minute

// LikeOptions say by whose eyes images are alike.
type LikeOptions struct {
	Quality Quality // "" for what there is: balanced, else another one
	Model   string  // as --model has it
	Limit   int     // images wanted
}

// NotEmbeddedError says that there is nothing to compare with.
type NotEmbeddedError struct {
	Model   string // that was asked for, "" for any
	Quality Quality
}

func (e *NotEmbeddedError) Error() string {
	return "the encoder that search compares pictures by has not described them yet: run `" + e.Command() + "` first"
}

// Command is what makes up for it.
func (e *NotEmbeddedError) Command() string {
	switch {
	case e.Model != "":
		return "curate dedup --model " + e.Model
	case e.Quality != "" && e.Quality != Balanced:
		return "curate embed --quality " + string(e.Quality)
	}
	return "curate embed"
}

// LikeFile finds the images that are most like a picture file, which need not be in the catalogue; one that is is found, too. The best come
// first; a score is the cosine of two descriptors, 0 for those that look away from each other.
func (s *Searcher) LikeFile(ctx context.Context, path string, o LikeOptions, v catalog.View) ([]SearchHit, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err == nil && info.Size() > imageio.DefaultLimits.MaxBytes {
		err = fmt.Errorf("it has %d bytes, more than any picture may have", info.Size())
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("search by picture: %s %s", path, ingest.Reason(err))
	}
	hits, err := s.LikePicture(ctx, data, o, v)
	var invalid *imageio.Invalid
	if errors.As(err, &invalid) {
		return nil, fmt.Errorf("search by picture: %s cannot be read as a picture: %w", path, err)
	}
	return hits, err
}

// LikePicture finds the images that are most like the picture with these bytes. An *imageio.Invalid says that it is none.
func (s *Searcher) LikePicture(ctx context.Context, data []byte, o LikeOptions, v catalog.View) ([]SearchHit, error) {
	if _, err := imageio.ReadInfo(data, imageio.DefaultLimits); err != nil {
		return nil, err // before anything is loaded for it
	}
	l := &s.likeness
	l.mu.Lock()
	defer l.mu.Unlock()
	h, err := s.likeHeap(ctx, o)
	if err != nil {
		return nil, err
	}
	own, err := s.vector(ctx, h, data)
	if err != nil {
		return nil, err
	}
	return s.nearest(ctx, h, own, 0, o.Limit, v)
}

// LikeImage finds the images that are most like one of the catalogue, itself left out.
func (s *Searcher) LikeImage(ctx context.Context, id catalog.ImageID, o LikeOptions, v catalog.View) ([]SearchHit, error) {
	l := &s.likeness
	l.mu.Lock()
	defer l.mu.Unlock()
	h, err := s.likeHeap(ctx, o)
	if err != nil {
		return nil, err
	}
	own := h.of(id)
	if own == nil {
		return nil, &NotEmbeddedError{o.Model, o.Quality}
	}
	return s.nearest(ctx, h, own, id, o.Limit, v)
}

// nearest lists the images nearest to a vector, but for one of them. Those that are no usable pictures any more are passed over.
func (s *Searcher) nearest(ctx context.Context, h *likeHeap, own []float32, but catalog.ImageID, limit int, v catalog.View) ([]SearchHit, error) {
	cosines, err := h.cosines(own)
	if err != nil {
		return nil, err
	}
	order := make([]int, len(cosines))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(cosines[b], cosines[a]), cmp.Compare(a, b)) })
	hits := []SearchHit{}
	for some := range slices.Chunk(order, 200) {
		var ids []catalog.ImageID
		var scores []float64
		for _, i := range some {
			if h.images[i] != but {
				ids, scores = append(ids, h.images[i]), append(scores, max(0, float64(cosines[i])))
			}
		}
		found, err := s.describe(ctx, ids, scores, v)
		if err != nil {
			return nil, err
		}
		for _, hit := range found {
			if hit.Status != catalog.Invalid && hit.Status != catalog.Missing {
				hits = append(hits, hit)
			}
		}
		if limit > 0 && len(hits) >= limit {
			return hits[:limit], nil
		}
	}
	return hits, nil
}

// Prepare loads what a search by likeness needs, if anything is embedded, so that the first one need not wait for it. It does not wait
// itself.
func (s *Searcher) Prepare() {
	f := &s.follow
	f.work.Go(func() {
		s.likeness.mu.Lock()
		defer s.likeness.mu.Unlock()
		if some, err := s.anyEmbedded(f.ctx); err == nil && some {
			_, _ = s.likeHeap(f.ctx, LikeOptions{}) // whoever searches hears of what is wrong
		}
	})
}

// anyEmbedded tells whether there is anything to compare with. It opens no model.
func (s *Searcher) anyEmbedded(ctx context.Context) (bool, error) {
	spaces, err := s.env.Catalog.Spaces(ctx)
	for _, space := range spaces {
		n, _, err := s.env.Catalog.Embedded(ctx, space.ID)
		if err != nil || n > 0 && space.Purpose == catalog.ForCopies {
			return n > 0, err
		}
	}
	return false, err
}
