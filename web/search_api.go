package web

import (
	"net/http"

	"github.com/curate/curate/catalog/search"
	"github.com/curate/curate/internal/stage"
)

// searchAnswer is what scripts are told.
type searchAnswer struct {
	Hits   []stage.SearchHit         `json:"hits"`
	Total  int                       `json:"total"`
	Facets map[string][]search.Count `json:"facets"`
	Index  *stage.IndexState         `json:"index"` // null for likeness, which needs none
}

func (s *Server) apiSearch(r *http.Request) (any, error) {
	ask, _, err := s.searchRequest(r)
	if err != nil {
		return nil, err
	}
	like, err := number(r, "like", 0)
	if err != nil {
		return nil, err
	}
	if like != 0 {
		if _, err := s.env.Catalog.ImageByID(r.Context(), like); err != nil {
			return nil, err
		}
		hits, err := s.searcher.LikeImage(r.Context(), like, stage.LikeOptions{Limit: ask.Limit}, s.view)
		return searchAnswer{Hits: hits, Total: len(hits), Facets: map[string][]search.Count{}}, searchProblem(err)
	}
	state, err := s.searcher.CatchUp(r.Context())
	if err != nil {
		return nil, err
	}
	found, err := s.searcher.Words(r.Context(), ask, s.view)
	return searchAnswer{found.Hits, found.Total, found.Facets, &state}, searchProblem(err)
}

func (s *Server) apiSearchUpload(r *http.Request) (any, error) {
	limit, err := number(r, "limit", pageHits)
	if err != nil {
		return nil, err
	}
	hits, err := s.likeSent(r, int(min(max(limit, 1), 1000)))
	return searchAnswer{Hits: hits, Total: len(hits), Facets: map[string][]search.Count{}}, err
}
