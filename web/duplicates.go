package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/curate/curate/catalog"
)

// review is what the page of one cluster at a time shows.
type review struct {
	Kind    catalog.PairKind
	Card    *cluster // nil: nothing is left to be decided
	Queue   []catalog.ClusterID
	Waiting int // to be decided
	Total   int
	Others  int       // clusters of the other kind that wait
	Order   int       // of review, see looker
	Bulk    *bulkStep // what is offered to be accepted together
}

// Decided is how many clusters need no decision any more.
func (v review) Decided() int { return v.Total - v.Waiting }

// bulkStep offers to accept all clusters from a similarity on.
type bulkStep struct {
	From     float64
	Clusters int
}

// kindOf reads which clusters are meant: copies, unless the address says otherwise.
func kindOf(r *http.Request) (catalog.PairKind, error) {
	return pairKind(catalog.PairKind(r.URL.Query().Get("kind")))
}

func pairKind(kind catalog.PairKind) (catalog.PairKind, error) {
	switch kind {
	case "":
		return catalog.CopyPair, nil
	case catalog.CopyPair, catalog.SimilarPair:
		return kind, nil
	}
	return "", problem{http.StatusNotFound, fmt.Sprintf("There are no clusters of the kind %q", kind), "The kinds are copy (edited copies of one picture) and similar (look-alikes)."}
}

// duplicates is the page of one decision at a time.
func (s *Server) duplicates(r *http.Request) (content, error) {
	kind, err := kindOf(r)
	if err != nil {
		return content{}, err
	}
	q, err := s.queue(r.Context(), kind)
	if err != nil {
		return content{}, err
	}
	n, err := s.left(r.Context())
	if err != nil {
		return content{}, err
	}
	s.look(q)
	v := review{Kind: kind, Waiting: q.waiting, Total: len(q.items), Order: q.order, Bulk: q.offered(), Others: n.Waiting + n.WaitingSimilar - q.waiting}
	shown := content{template: "duplicates", title: "Duplicates", section: "duplicates", data: &v}
	id, err := s.firstShown(r, q)
	if err != nil || id == 0 {
		return shown, err
	}
	v.Queue = q.after(id)
	v.Card, err = s.cluster(r.Context(), id)
	return shown, err
}

// firstShown is the cluster that an address names, else the first to be decided, 0 if there is none.
func (s *Server) firstShown(r *http.Request, q queue) (catalog.ClusterID, error) {
	if text := r.PathValue("id"); text != "" {
		return clusterID(text)
	}
	if q.waiting == 0 {
		return 0, nil
	}
	return q.items[0].Cluster, nil
}

func clusterID(text string) (catalog.ClusterID, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, badRequest("%q is no number of a cluster", text)
	}
	return id, nil
}

// card is a cluster alone, for the page to put in place of the one before.
func (s *Server) card(r *http.Request) (content, error) {
	id, err := clusterID(r.PathValue("id"))
	if err != nil {
		return content{}, err
	}
	c, err := s.cluster(r.Context(), id)
	return content{template: "card", data: c, bare: true}, err
}

// offered is what a person may accept together: the clusters from .97 on, or how many are sure at all.
func (q queue) offered() *bulkStep {
	steps := q.bulkSteps()
	if len(steps) == 0 {
		return nil
	}
	if i := slices.IndexFunc(steps, func(b bulkStep) bool { return b.From <= usuallySure }); i >= 0 {
		return &steps[i]
	}
	return &steps[len(steps)-1]
}

// usuallySure is the similarity from which clusters are offered to be accepted together.
const usuallySure = .97

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
