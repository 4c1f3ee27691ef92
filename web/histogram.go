package web

import (
	"context"
	"math"
	"net/http"
	"sync"

	"github.com/curate/curate/catalog"
)

// histogram counts the pairs of copies by similarity.
type histogram struct {
	Threshold float64
	Bins      []bin
}

// bin is the pairs with a similarity in [From, From + 0.02).
type bin struct {
	From   float64
	Pairs  int
	Height float64 // of the chart, 0 to 1; by the root of the number, so that few are seen beside many
	Over   bool    // at or above the threshold
}

// whatIf is what a threshold would come to.
type whatIf struct {
	Threshold float64 `json:"threshold"`
	Pairs     int     `json:"pairs"`
	Groups    int     `json:"groups"`  // of images that such pairs connect
	Removed   int     `json:"removed"` // all of them but one each
}

const histogramBins = 50

// histogram counts; nil when there are no pairs.
func (s *Server) histogram(ctx context.Context) (*histogram, error) {
	in, ok, err := s.env.Catalog.MarksInForce(ctx, catalog.CopyPair)
	if err != nil || !ok {
		return nil, err
	}
	counts, err := s.pairBins(ctx)
	h := &histogram{Threshold: in.Threshold, Bins: make([]bin, histogramBins)}
	for i, n := range counts {
		h.Bins[i].Pairs = n
	}
	return h.scaled(), err
}

// thresholds answers what each threshold would bring. It is worked out anew only when there are other pairs.
func (s *Server) thresholds(r *http.Request) (any, error) {
	key, err := s.env.Catalog.PairState(r.Context(), catalog.CopyPair)
	if err != nil {
		return nil, err
	}
	s.steps.Lock()
	defer s.steps.Unlock()
	if s.steps.key != key {
		if s.steps.list, err = s.whatIfs(r.Context()); err != nil {
			return nil, err
		}
		s.steps.key = key
	}
	return s.steps.list, nil
}

// thresholdSteps is what thresholds has worked out, and of which pairs.
type thresholdSteps struct {
	sync.Mutex
	key  string
	list []whatIf
}

// pairCounts is how many pairs there are in each bin, and in which state of the pairs.
type pairCounts struct {
	sync.Mutex
	key  string
	bins []int
}

// pairBins counts the pairs, anew only when there are others.
func (s *Server) pairBins(ctx context.Context) ([]int, error) {
	key, err := s.env.Catalog.PairState(ctx, catalog.CopyPair)
	if err != nil {
		return nil, err
	}
	s.bins.Lock()
	defer s.bins.Unlock()
	if s.bins.key != key {
		if s.bins.bins, err = s.env.Catalog.PairBins(ctx, catalog.CopyPair, histogramBins); err != nil {
			return nil, err
		}
		s.bins.key = key
	}
	return s.bins.bins, nil
}

// whatIfs reads every pair once. Groups are joined from the surest pair down, so one pass answers for every threshold (Kruskal's order).
// dedup cuts groups that hang together by a chain, so it may make a few more of them.
func (s *Server) whatIfs(ctx context.Context) ([]whatIf, error) {
	steps, groups := make([]whatIf, histogramBins), newJoined()
	at := histogramBins - 1 // place of the handle that the next pairs belong to
	for p, err := range s.env.Catalog.PairScores(ctx, catalog.CopyPair) {
		if err != nil {
			return nil, err
		}
		i := min(int(p.Score*histogramBins), histogramBins-1)
		for ; at > i; at-- {
			steps[at] = groups.at(at)
		}
		groups.join(p.A, p.B)
	}
	for ; at >= 0; at-- {
		steps[at] = groups.at(at)
	}
	return steps, nil
}

func (h *histogram) scaled() *histogram {
	most := 1
	for _, b := range h.Bins {
		most = max(most, b.Pairs)
	}
	for i := range h.Bins {
		b := &h.Bins[i]
		b.From = float64(i) / histogramBins
		b.Height = math.Sqrt(float64(b.Pairs) / float64(most))
		b.Over = b.From >= h.Threshold-1e-9
	}
	return h
}

// joined counts the groups that pairs make (union-find).
type joined struct {
	parent                 map[catalog.ImageID]catalog.ImageID
	pairs, groups, removed int
}

func newJoined() *joined { return &joined{parent: map[catalog.ImageID]catalog.ImageID{}} }

func (j *joined) root(x catalog.ImageID) catalog.ImageID {
	for {
		p, ok := j.parent[x]
		if !ok || p == x {
			return x
		}
		if g, ok := j.parent[p]; ok {
			j.parent[x] = g
		}
		x = p
	}
}

func (j *joined) join(a, b catalog.ImageID) {
	j.pairs++
	_, knownA := j.parent[a]
	_, knownB := j.parent[b]
	ra, rb := j.root(a), j.root(b)
	if ra == rb {
		return
	}
	j.removed++
	switch {
	case !knownA && !knownB:
		j.groups++
	case knownA && knownB:
		j.groups--
	}
	j.parent[ra], j.parent[rb] = rb, rb
}

func (j *joined) at(step int) whatIf {
	return whatIf{Threshold: float64(step) / histogramBins, Pairs: j.pairs, Groups: j.groups, Removed: j.removed}
}

// Places in the drawing, which is 500 x 120.
const (
	barStep    = 500.0 / histogramBins
	plotHeight = 120.0
)

// X, Y and H place a bar in the drawing.
func (b bin) X() float64 { return b.From * histogramBins * barStep }

// Y is its upper end.
func (b bin) Y() float64 { return plotHeight - b.H() }

// H is its height.
func (b bin) H() float64 { return b.Height * plotHeight }

// At is the place of the handle.
func (h *histogram) At() int { return min(int(math.Round(h.Threshold*histogramBins)), histogramBins-1) }
