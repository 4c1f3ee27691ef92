package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"

	"github.com/curate/curate/catalog"
)

// looker looks a second time at the clusters that wait for a decision, before a person
// comes to them: copies that do not lie on each other come first in the order of review.
type looker struct {
	mu      sync.Mutex
	running bool
	agrees  map[catalog.ClusterID]float64 // of those that were looked at, as far as its members lie on the keeper
	order   int                           // changes when there are more below partly
	ctx     context.Context
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// lookAhead is how many clusters are looked at.
const lookAhead = 2000

func newLooker() *looker {
	ctx, stop := context.WithCancel(context.Background())
	return &looker{agrees: map[catalog.ClusterID]float64{}, ctx: ctx, stop: stop}
}

// close ends the looking.
func (l *looker) close() {
	l.stop()
	l.done.Wait()
}

// now tells of which order what was found so far is.
func (l *looker) now() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.order
}

// first puts what perhaps shows two pictures before the rest of the clusters that wait.
func (l *looker) first(waiting []catalog.ReviewItem) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rank := func(it catalog.ReviewItem) float64 {
		if at, seen := l.agrees[it.Cluster]; seen && at < partly {
			return at
		}
		if it.Review { // labels that disagree
			return partly
		}
		return 1
	}
	slices.SortStableFunc(waiting, func(a, b catalog.ReviewItem) int { return cmp.Compare(rank(a), rank(b)) })
}

// look starts looking, unless somebody looks.
func (s *Server) look(q queue) {
	l := s.looker
	l.mu.Lock()
	defer l.mu.Unlock()
	var todo []catalog.ClusterID
	for _, it := range q.items[:min(q.waiting, lookAhead)] {
		if _, seen := l.agrees[it.Cluster]; !seen {
			todo = append(todo, it.Cluster)
		}
	}
	if l.running || len(todo) == 0 || l.ctx.Err() != nil {
		return
	}
	l.running = true
	l.done.Go(func() {
		s.lookAt(q.kind, todo)
		l.mu.Lock()
		l.running = false
		l.mu.Unlock()
	})
}

// orderEvery is after how many clusters the order of review takes in what was found.
const orderEvery = 10

func (s *Server) lookAt(kind catalog.PairKind, todo []catalog.ClusterID) {
	l, news := s.looker, false
	s.unlikeFirst(kind, todo)
	for i, id := range todo {
		c, err := s.cluster(l.ctx, id)
		if l.ctx.Err() != nil {
			return
		}
		at := 1.
		if err == nil {
			at = c.worst()
		}
		l.mu.Lock()
		l.agrees[id] = at
		if news = news || at < partly; news && (i%orderEvery == orderEvery-1 || i == len(todo)-1) {
			l.order++
			news = false
		}
		l.mu.Unlock()
	}
}

// unlikeFirst puts clusters first in which layouts differ most: a hash costs nothing to look at.
func (s *Server) unlikeFirst(kind catalog.PairKind, todo []catalog.ClusterID) {
	rows, err := s.clusterRows(s.looker.ctx, kind, todo)
	if err != nil {
		return // in the order of scores, then
	}
	pairs, err := s.pairsOf(s.looker.ctx, kind, rows...)
	if err != nil {
		return
	}
	bits := make(map[catalog.ClusterID]int, len(rows))
	for _, row := range rows {
		keeper := keeperOf(row)
		for _, m := range row.Members {
			if p, ok := pairs[coupleOf(keeper, m.Image)]; ok {
				bits[row.ID] = max(bits[row.ID], p.HashDistance)
			}
		}
	}
	slices.SortStableFunc(todo, func(a, b catalog.ClusterID) int { return cmp.Compare(bits[b], bits[a]) })
}

// apiQueue lists the clusters that wait, in the order of review.
func (s *Server) apiQueue(r *http.Request) (any, error) {
	kind, err := kindOf(r)
	if err != nil {
		return nil, err
	}
	q, err := s.queue(r.Context(), kind)
	if err != nil {
		return nil, err
	}
	return struct {
		Clusters []catalog.ClusterID `json:"clusters"`
		Order    int                 `json:"order"`
	}{append([]catalog.ClusterID{}, q.after(0)...), q.order}, nil
}
