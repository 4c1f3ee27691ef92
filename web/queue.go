package web

import (
	"context"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// queue is the clusters of one kind in the order of review, as of one version of the
// catalogue.
type queue struct {
	version int64
	items   []catalog.ReviewItem
	waiting int // not decided; they come first
}

// queue returns the order of review. It is worked out again only when something in the
// catalogue has changed.
func (s *Server) queue(ctx context.Context, kind catalog.PairKind) (queue, error) {
	s.queues.Lock()
	defer s.queues.Unlock()
	version, err := s.watch.Version(ctx)
	if err != nil {
		return queue{}, err
	}
	if q, ok := s.queued[kind]; ok && q.version == version {
		return q, nil
	}
	items, err := stage.ReviewQueue(ctx, s.env, kind)
	if err != nil {
		return queue{}, err
	}
	q := queue{version: version, items: items}
	q.waiting = slices.IndexFunc(items, func(it catalog.ReviewItem) bool { return it.Decided })
	if q.waiting < 0 {
		q.waiting = len(items)
	}
	s.queued[kind] = q
	return q, nil
}

// from returns the cluster at id, or the first, and those that come after it. Decided ones
// are there too: a person may want to look again.
func (q queue) from(id catalog.ClusterID) []catalog.ReviewItem {
	if id == 0 {
		return q.items[:q.waiting]
	}
	i := slices.IndexFunc(q.items, func(it catalog.ReviewItem) bool { return it.Cluster == id })
	if i < 0 {
		return nil
	}
	return q.items[i:]
}
