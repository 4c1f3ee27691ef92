package web

import (
	"context"
	"math"

	"github.com/curate/curate/catalog"
)

// histogram counts the pairs of copies by similarity, and says what another threshold
// would bring.
type histogram struct {
	Threshold float64
	Bins      []bin
	Steps     []whatIf // one for each place of the handle
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

// histogram reads every pair once; nil when there is none. Groups are joined from the surest
// pair down, so one pass answers for every threshold (Kruskal's order). dedup cuts groups
// that hang together by a chain, so it may make a few more of them.
func (s *Server) histogram(ctx context.Context) (*histogram, error) {
	in, ok, err := s.env.Catalog.MarksInForce(ctx, catalog.CopyPair)
	if err != nil || !ok {
		return nil, err
	}
	h := &histogram{Threshold: in.Threshold, Bins: make([]bin, histogramBins), Steps: make([]whatIf, histogramBins)}
	groups := newJoined()
	at := histogramBins - 1 // place of the handle that the next pairs belong to
	for p, err := range s.env.Catalog.Pairs(ctx, catalog.PairFilter{Kind: catalog.CopyPair}) {
		if err != nil {
			return nil, err
		}
		i := min(int(p.Score*histogramBins), histogramBins-1)
		for ; at > i; at-- {
			h.Steps[at] = groups.at(at)
		}
		h.Bins[i].Pairs++
		groups.join(p.A, p.B)
	}
	for ; at >= 0; at-- {
		h.Steps[at] = groups.at(at)
	}
	return h.scaled(), nil
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
