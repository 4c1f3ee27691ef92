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
	kind    catalog.PairKind
	version int64
	order   int // of a second look, see looker
	items   []catalog.ReviewItem
	waiting int // not decided; they come first
}

// queue returns the order of review. It is worked out again only when something in the
// catalogue has changed, or a second look has found something.
func (s *Server) queue(ctx context.Context, kind catalog.PairKind) (queue, error) {
	s.queues.Lock()
	defer s.queues.Unlock()
	version, err := s.watch.Version(ctx)
	if err != nil {
		return queue{}, err
	}
	q, ok := s.queued[kind]
	order := s.looker.now()
	if ok && q.version == version && q.order == order {
		return q, nil
	}
	items, err := stage.ReviewQueue(ctx, s.env, kind)
	if err != nil {
		return queue{}, err
	}
	q = queue{kind: kind, version: version, order: order, items: items}
	q.waiting = slices.IndexFunc(items, func(it catalog.ReviewItem) bool { return it.Decided })
	if q.waiting < 0 {
		q.waiting = len(items)
	}
	s.looker.first(items[:q.waiting])
	s.queued[kind] = q
	return q, nil
}

// queueAhead is how many clusters a page knows of without asking again.
const queueAhead = 500

// after lists clusters to be decided in the order of review: those that come after id, then
// those before it.
func (q queue) after(id catalog.ClusterID) (out []catalog.ClusterID) {
	open := q.items[:q.waiting]
	at := 1 + slices.IndexFunc(open, func(it catalog.ReviewItem) bool { return it.Cluster == id })
	for _, it := range slices.Concat(open[at:], open[:at]) {
		if it.Cluster != id && len(out) < queueAhead {
			out = append(out, it.Cluster)
		}
	}
	return out
}
