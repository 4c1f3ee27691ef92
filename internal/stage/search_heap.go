package stage

import (
	"context"
	"crypto/sha256"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/dedup"
)

// likeHeap is the descriptors of all images in one space: whitened as dedup does, without what they have in common.
type likeHeap struct {
	state  heapState
	learnt *spaceModel
	centre []float32 // nil = nothing is taken off
	images []catalog.ImageID
	at     map[catalog.ImageID]int
	rows   *dedup.Vectors // one more than there are images: the last is what is asked about
}

// heapState tells whether a heap is still that of the catalogue.
type heapState struct {
	space     catalog.SpaceID
	images    int
	last      catalog.ImageID
	whitening [32]byte
}

func (s *Searcher) heapState(ctx context.Context, space catalog.Space) (h heapState, err error) {
	h.space, h.whitening = space.ID, sha256.Sum256(space.Whitening)
	h.images, h.last, err = s.env.Catalog.Embedded(ctx, space.ID)
	return h, err
}

// likeHeap returns the descriptors of what is asked for, loading them if need be. The caller holds the lock.
func (s *Searcher) likeHeap(ctx context.Context, o LikeOptions) (*likeHeap, error) {
	l := &s.likeness
	l.rest(s)
	state, err := s.chooseEncoder(ctx, o)
	if err != nil {
		return nil, err
	}
	if l.heap != nil && l.heap.state == state {
		return l.heap, nil
	}
	l.heap = nil
	h, err := s.loadHeap(ctx, state, l.encoder.out.Copies)
	if err == nil {
		l.heap = h
	}
	return h, err
}

// rest lets go of all when nobody has asked for a while.
func (l *likeness) rest(s *Searcher) {
	if l.away != nil {
		l.away.Stop()
	}
	l.away = time.AfterFunc(likeIdle, func() { _ = s.likeness.close() })
}

func (l *likeness) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away != nil {
		l.away.Stop()
	}
	l.heap = nil
	if l.encoder == nil {
		return nil
	}
	err := l.encoder.close()
	l.encoder = nil
	return err
}

func (s *Searcher) loadHeap(ctx context.Context, state heapState, space catalog.Space) (*likeHeap, error) {
	learnt, err := storedModel(space)
	if err != nil {
		return nil, err
	}
	if learnt == nil {
		learnt = bareCosine(space.Dim)
	}
	if learnt.whitening.In != space.Dim {
		return nil, errors.New("the calibration of " + space.Model + " does not fit its descriptors: run `curate calibrate`")
	}
	m, done := s.env.anyMultiplier(ctx, space.Dim)
	defer done()
	h := &likeHeap{state: state, learnt: learnt, at: map[catalog.ImageID]int{}}
	return h, h.load(ctx, s.env.Catalog, space, m)
}

// load reads and whitens all descriptors, so many at a time.
func (h *likeHeap) load(ctx context.Context, c *catalog.Catalog, space catalog.Space, m dedup.Multiplier) error {
	w := h.learnt.whitening
	h.rows = dedup.NewVectors(h.state.images+1, w.Out)
	block := make([]float32, 0, vectorBlock*w.In)
	flush := func() error {
		n := len(block) / w.In
		out := make([]float32, n*w.Out)
		if err := w.ApplyRows(out, block, m.MulT); err != nil {
			return err
		}
		for k := range n {
			_ = h.rows.Set(len(h.images)-n+k, out[k*w.Out:(k+1)*w.Out]) // one without a direction is like nothing
		}
		block = block[:0]
		return nil
	}
	for v, err := range c.Vectors(ctx, space.ID) {
		if err != nil {
			return err
		}
		if len(h.images) == h.state.images {
			break // taken in since they were counted
		}
		h.at[v.Image] = len(h.images)
		h.images, block = append(h.images, v.Image), append(block, v.Values...)
		if len(block) == cap(block) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(block) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	h.takeOffCentre()
	return nil
}

// takeOffCentre takes off every descriptor what those of an even sample have in common, as dedup does, where the whitening was learnt on
// others' pictures.
func (h *likeHeap) takeOffCentre() {
	if !h.learnt.others || len(h.images) < fewestPictures {
		return
	}
	dim := h.rows.Dim()
	var sample []float32
	row := make([]float32, dim)
	for i := 0; i < len(h.images); i += max(1, len(h.images)/centreSample) {
		h.rows.Row(row, i)
		sample = append(sample, row...)
	}
	h.centre = dedup.Centre(sample, dim)
	for i := range h.images {
		if h.rows.Has(i) {
			h.rows.Row(row, i)
			takeOff(row, h.centre)
			_ = h.rows.Set(i, row)
		}
	}
}

// of returns the descriptor of an image, nil where there is none.
func (h *likeHeap) of(id catalog.ImageID) []float32 {
	i, ok := h.at[id]
	if !ok || !h.rows.Has(i) {
		return nil
	}
	own := make([]float32, h.rows.Dim())
	h.rows.Row(own, i)
	return own
}

// cosines compares a descriptor with all. One caller at a time.
func (h *likeHeap) cosines(own []float32) ([]float32, error) {
	n := len(h.images)
	if err := h.rows.Set(h.state.images, own); err != nil {
		return nil, err
	}
	out := make([]float32, n)
	parts := runtime.GOMAXPROCS(0)
	var work sync.WaitGroup
	for p := range parts {
		work.Go(func() {
			for i := p * n / parts; i < (p+1)*n/parts; i++ {
				out[i] = float32(h.rows.Cosine(i, h.state.images))
			}
		})
	}
	work.Wait()
	return out, nil
}
