package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/curate/curate/catalog/search"
	"github.com/curate/curate/internal/stage"
)

// searchRoutes adds the page of search, and what scripts ask for.
func (s *Server) searchRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /search", s.page(s.searchPage))
	mux.HandleFunc("POST /search", uploads(s.page(s.searchUpload)))
	mux.HandleFunc("GET /api/search", s.json(s.apiSearch))
	mux.HandleFunc("POST /api/search", uploads(s.answering(s.apiSearchUpload)))
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

// searchRequest reads what is looked for from an address.
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
