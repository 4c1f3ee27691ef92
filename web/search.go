package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/search"
	"github.com/curate/curate/internal/imageio"
	"github.com/curate/curate/internal/stage"
)

// searchRoutes adds the page of search, and what scripts ask for.
func (s *Server) searchRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /search", s.page(s.searchPage))
	mux.HandleFunc("POST /search", uploads(s.page(s.searchUpload)))
	mux.HandleFunc("GET /api/search", s.json(s.apiSearch))
	mux.HandleFunc("POST /api/search", uploads(s.plainJSON(s.apiSearchUpload)))
	mux.HandleFunc("GET /api/search/index", s.json(func(r *http.Request) (any, error) { return s.searcher.CatchUp(r.Context()) }))
}

// Prepare begins what takes long before anybody asks for it: to index what is to be searched. It does not wait.
func (s *Server) Prepare(ctx context.Context) error {
	_, err := s.searcher.CatchUp(ctx)
	return err
}

const (
	pageHits   = 60     // of one page
	deepest    = 10_000 // hit at which a page may begin
	facetsEach = 12     // values of a facet
)

// searched is what the page of search shows.
type searched struct {
	Query  string
	Only   url.Values // facets that are chosen
	Like   *tile      // the image that others are to be like
	Upload bool       // a picture was sent, that they are to be like
	Asked  bool
	Wrong  *wrongQuery
	Index  stage.IndexState
	Total  int
	Hits   []hitTile
	Chosen []choice
	Menus  []menu
	Next   string
}

// hitTile is an image that was found.
type hitTile struct {
	tile
	Excerpts []search.Excerpt
}

// wrongQuery is a query that cannot be read, cut where the fault is.
type wrongQuery struct{ Before, From, Why, Do string }

// asked reads what is looked for from an address.
func (s *Server) searchRequest(r *http.Request) (out search.Request, only url.Values, err error) {
	q := r.URL.Query()
	only = url.Values{}
	for _, name := range search.Facets() {
		for _, v := range q[name] {
			if v != "" {
				only.Add(name, v)
			}
		}
	}
	from, err := number(r, "from", 0)
	if err != nil {
		return out, nil, err
	}
	if from > deepest {
		return out, nil, problem{http.StatusBadRequest, "Only the first " + strconv.Itoa(deepest) + " hits are shown", "Ask for less: add a word, or choose a label."}
	}
	limit, err := number(r, "limit", pageHits)
	return search.Request{Query: q.Get("q"), Only: only, From: int(from), Limit: int(min(max(limit, 1), 1000)), Facets: facetsEach}, only, err
}

func (s *Server) searchPage(r *http.Request) (content, error) {
	like, err := number(r, "like", 0)
	if err != nil {
		return content{}, err
	}
	if like != 0 {
		return s.likePage(r, like)
	}
	ask, only, err := s.searchRequest(r)
	if err != nil {
		return content{}, err
	}
	v := searched{Query: ask.Query, Only: only, Asked: ask.Query != "" || len(only) > 0}
	if v.Index, err = s.searcher.CatchUp(r.Context()); err != nil {
		return content{}, err
	}
	if v.Asked {
		err = s.words(r, ask, &v)
	}
	s.searcher.Prepare() // a picture may be the next question
	title := "Search"
	if v.Query != "" {
		title = v.Query + " · Search"
	}
	return content{template: "search", title: title, section: "search", data: v}, err
}

func (s *Server) words(r *http.Request, ask search.Request, v *searched) error {
	found, err := s.searcher.Words(r.Context(), ask, s.view)
	var bad *search.QueryError
	if errors.As(err, &bad) {
		v.Wrong = wrong(bad)
		return nil
	}
	if err != nil {
		return err
	}
	v.Total = found.Total
	v.show(s, found.Hits)
	v.Chosen, v.Menus = v.choices(), v.menus(found.Facets)
	if next := ask.From + ask.Limit; next < found.Total && next <= deepest {
		v.Next = v.address(v.Only) + "&from=" + strconv.Itoa(next)
	}
	return nil
}

func wrong(e *search.QueryError) *wrongQuery {
	at, n := 0, 1
	for n < e.At && at < len(e.Query) {
		_, size := utf8.DecodeRuneInString(e.Query[at:])
		at, n = at+size, n+1
	}
	return &wrongQuery{e.Query[:at], e.Query[at:], e.Why, e.Do}
}

func (v *searched) show(s *Server, hits []stage.SearchHit) {
	for _, h := range hits {
		t := s.tile(h.Row())
		t.Score = h.Score
		v.Hits = append(v.Hits, hitTile{t, h.Excerpts})
	}
}

func (v *searched) address(only url.Values) string {
	q := copied(only)
	q.Set("q", v.Query)
	return "/search?" + q.Encode()
}

func (v *searched) choices() (out []choice) {
	for _, field := range search.Facets() {
		for i, value := range v.Only[field] {
			without := copied(v.Only)
			without[field] = slices.Delete(without[field], i, i+1)
			out = append(out, choice{Field: field, Value: value, Without: v.address(without)})
		}
	}
	return out
}

// menus offers what narrows the hits down; each leads to them and that value.
func (v *searched) menus(facets map[string][]search.Count) (out []menu) {
	for _, field := range search.Facets() {
		counts := facets[field]
		if len(counts) < 2 || len(v.Only[field]) > 0 {
			continue
		}
		m := menu{Field: field}
		for _, c := range counts {
			with := copied(v.Only)
			with.Add(field, c.Value)
			name := c.Value
			if name == search.Unsaid {
				name = "not said"
			}
			m.Bars = append(m.Bars, bar{Name: name, Count: c.Images, To: v.address(with)})
		}
		out = append(out, m)
	}
	return out
}

// likePage finds the images that are like one of the catalogue.
func (s *Server) likePage(r *http.Request, id catalog.ImageID) (content, error) {
	tiles, err := s.tiles(r, catalog.Filter{IDs: []catalog.ImageID{id}})
	if err != nil || len(tiles) == 0 {
		return content{}, errors.Join(err, catalog.ErrNoImage)
	}
	v := searched{Like: &tiles[0], Asked: true}
	hits, err := s.searcher.LikeImage(r.Context(), id, stage.LikeOptions{Limit: pageHits}, s.view)
	if err != nil {
		return content{}, searchProblem(err)
	}
	v.show(s, hits)
	v.Total = len(hits)
	return content{template: "search", title: "Like " + v.Like.Shown, section: "search", data: v}, nil
}

// searchUpload finds the images that are like a picture that is sent. It stays in memory, and only until it is answered.
func (s *Server) searchUpload(r *http.Request) (content, error) {
	hits, err := s.likeSent(r, pageHits)
	if err != nil {
		return content{}, err
	}
	v := searched{Upload: true, Asked: true, Total: len(hits)}
	v.show(s, hits)
	return content{template: "search", title: "Like the picture sent", section: "search", data: v}, nil
}

func (s *Server) likeSent(r *http.Request, limit int) ([]stage.SearchHit, error) {
	n := r.ContentLength
	if n < 0 {
		n = uploadBytes
	}
	if n > uploadBytes+64<<10 {
		return nil, searchTooLarge
	}
	leave, err := s.uploads.Acquire(r.Context(), n)
	if err != nil {
		return nil, err
	}
	defer leave()
	data, err := uploaded(r)
	if err != nil {
		return nil, searchProblem(err)
	}
	hits, err := s.searcher.LikePicture(r.Context(), data, stage.LikeOptions{Limit: limit}, s.view)
	return hits, searchProblem(err)
}

var searchTooLarge = problem{http.StatusRequestEntityTooLarge, errTooLarge.What, "`curate search --like FILE` takes larger ones."}

// searchProblem puts the errors of searching by picture into words.
func searchProblem(err error) error {
	var invalid *imageio.Invalid
	var none *stage.NotEmbeddedError
	var large *http.MaxBytesError
	var bad *search.QueryError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large), errors.Is(err, errTooLarge):
		return searchTooLarge
	case errors.As(err, &invalid):
		return problem{http.StatusUnprocessableEntity, "This cannot be read as a picture: " + invalid.Reason, "Choose another file: JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP."}
	case errors.As(err, &none):
		return problem{http.StatusConflict, "Pictures cannot be compared yet: no encoder has looked at them", "Run `" + none.Command() + "`, then search again."}
	case errors.As(err, &bad):
		return problem{http.StatusBadRequest, bad.Error(), bad.Do}
	}
	return err
}

// plainJSON is json for handlers that limit the request themselves.
func (s *Server) plainJSON(do func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := do(r)
		if err != nil {
			s.fail(w, r, s.problemOf(r, err))
			return
		}
		answer(w, http.StatusOK, v)
	}
}

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
