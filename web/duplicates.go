package web

import (
	"net/http"
	"strconv"

	"github.com/curate/curate/catalog"
)

// review is what the page of one cluster at a time shows.
type review struct {
	Kind     catalog.PairKind
	Card     *cluster // nil: nothing is left to be decided
	Queue    []catalog.ClusterID
	Waiting  int // to be decided
	Total    int
	Position int // of the card among all
	Bulk     []bulkStep
}

// Decided is how many clusters need no decision any more.
func (v review) Decided() int { return v.Total - v.Waiting }

// bulkStep offers to accept all clusters from a similarity on.
type bulkStep struct {
	From     float64
	Clusters int
}

// queueAhead is how many clusters a page knows of without asking again.
const queueAhead = 500

func kindOf(r *http.Request) catalog.PairKind {
	if r.URL.Query().Get("kind") == string(catalog.SimilarPair) {
		return catalog.SimilarPair
	}
	return catalog.CopyPair
}

// duplicates is the page of one decision at a time.
func (s *Server) duplicates(r *http.Request) (content, error) {
	q, err := s.queue(r.Context(), kindOf(r))
	if err != nil {
		return content{}, err
	}
	var id catalog.ClusterID
	if text := r.PathValue("id"); text != "" {
		if id, err = strconv.ParseInt(text, 10, 64); err != nil {
			return content{}, badRequest("%q is no number of a cluster", text)
		}
	}
	v := review{Kind: kindOf(r), Waiting: q.waiting, Total: len(q.items), Bulk: q.bulkSteps()}
	ahead := q.from(id)
	if len(ahead) == 0 && id == 0 {
		return content{template: "duplicates", title: "Duplicates", section: "duplicates", data: v}, nil
	}
	if len(ahead) > 0 {
		id = ahead[0].Cluster
		v.Position = len(q.items) - len(q.from(id)) + 1
		for _, it := range ahead[1:min(len(ahead), queueAhead)] {
			v.Queue = append(v.Queue, it.Cluster)
		}
	}
	if v.Card, err = s.cluster(r.Context(), id); err != nil {
		return content{}, err
	}
	return content{template: "duplicates", title: "Duplicates", section: "duplicates", data: v}, nil
}

// card is a cluster alone, for the page to put in place of the one before.
func (s *Server) card(r *http.Request) (content, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return content{}, badRequest("%q is no number of a cluster", r.PathValue("id"))
	}
	c, err := s.cluster(r.Context(), id)
	return content{template: "card", data: c, bare: true}, err
}

// bulkSteps offers the similarities at which many sure clusters could be accepted.
func (q queue) bulkSteps() (out []bulkStep) {
	for _, from := range []float64{.999, .99, .97, .95} {
		n := len(q.surerThan(from))
		if n >= 2 && (len(out) == 0 || n > out[len(out)-1].Clusters) {
			out = append(out, bulkStep{from, n})
		}
	}
	return out
}

// surerThan lists the clusters to be decided whose every member is at least so similar
// to the keeper, and whose labels agree.
func (q queue) surerThan(similarity float64) (out []catalog.ReviewItem) {
	for _, it := range q.items[:q.waiting] {
		if it.Lowest >= similarity && !it.Review {
			out = append(out, it)
		}
	}
	return out
}

// sheet is a contact sheet of what would go.
type sheet struct {
	Kind     catalog.PairKind
	From     float64
	Clusters []*cluster // those that are shown
	Total    int
	Images   int // that would go
}

// sheetRows is how many clusters a contact sheet shows.
const sheetRows = 120

// bulk shows what accepting many clusters at once would accept.
func (s *Server) bulk(r *http.Request) (content, error) {
	from, err := strconv.ParseFloat(r.URL.Query().Get("from"), 64)
	if err != nil || !(from > 0 && from <= 1) {
		return content{}, badRequest("%q is no similarity between 0 and 1", r.URL.Query().Get("from"))
	}
	q, err := s.queue(r.Context(), kindOf(r))
	if err != nil {
		return content{}, err
	}
	sure := q.surerThan(from)
	v := sheet{Kind: kindOf(r), From: from, Total: len(sure)}
	for i, it := range sure {
		if v.Kind == catalog.SimilarPair {
			v.Images += it.Open
		} else {
			v.Images += it.Images - 1
		}
		if i >= sheetRows {
			continue
		}
		c, err := s.cluster(r.Context(), it.Cluster)
		if err != nil {
			return content{}, err
		}
		v.Clusters = append(v.Clusters, c)
	}
	return content{template: "bulk", title: "Accept together", section: "duplicates", data: v}, nil
}
