package stage

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/search"
)

// follow keeps an index up to date while it is searched.
type follow struct {
	ctx  context.Context // ends with the Searcher
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex // guards what follows
	watch   *catalog.Watch
	indexed int64 // version of the catalogue that the index is at least as new as
	state   IndexState
}

// IndexState says how far an index is. What is not indexed yet is not found.
type IndexState struct {
	Images  int    `json:"images"`  // indexed
	Working bool   `json:"working"` // it is being brought up to date
	Done    int    `json:"done"`    // images that are done, of those that are new or changed
	Of      int    `json:"of"`      // 0: it is not known yet how many
	Problem string `json:"problem"` // why it could not be brought up to date the last time, "" if it could
}

func (f *follow) start() { f.ctx, f.stop = context.WithCancel(context.Background()) }

func (f *follow) end() {
	f.stop()
	f.work.Wait()
	if f.watch != nil {
		f.watch.Close()
	}
}

// CatchUp starts to bring the index up to date if the catalogue has changed, and says how far it is. It does not wait.
func (s *Searcher) CatchUp(ctx context.Context) (IndexState, error) {
	f := &s.follow
	n, err := s.index.Images()
	if err != nil {
		return IndexState{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.Images = n
	if f.state.Working || f.ctx.Err() != nil {
		return f.state, nil
	}
	if f.watch == nil {
		if f.watch, err = s.env.Catalog.Watch(ctx); err != nil {
			return f.state, err
		}
		f.indexed = -1
	}
	version, err := f.watch.Version(ctx)
	if err != nil || version == f.indexed {
		return f.state, err
	}
	f.state = IndexState{Images: n, Working: true}
	f.work.Go(func() { s.catchUp(version) })
	return f.state, nil
}

// retryAfter is how soon an index that could not be brought up to date is tried again.
const retryAfter = 5 * time.Second

func (s *Searcher) catchUp(version int64) {
	f := &s.follow
	_, err := s.index.Update(f.ctx, firstPatience, func(done, of int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.state.Done, f.state.Of = done, of
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = IndexState{}
	if err == nil || errors.Is(err, context.Canceled) {
		f.indexed = version
		return
	}
	if !errors.Is(err, search.ErrBusy) {
		f.state.Problem = err.Error()
	}
	f.indexed = version // not with every question
	time.AfterFunc(retryAfter, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.indexed = -1
	})
}
