package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"
	bleveSearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/curate/curate/catalog"
)

// Request is what is looked for.
type Request struct {
	Query  string              // "" finds all that Only leaves
	Only   map[string][]string // facet -> values, [Unsaid] for none: one of each facet's must be the image's
	From   int                 // hits to pass over
	Limit  int                 // hits wanted
	Facets int                 // values wanted of each facet, 0 for no facets
}

// Result is what was found.
type Result struct {
	Hits   []Hit
	Total  int                // images that answer to it
	Facets map[string][]Count // most frequent first
	Marker *Marker            // shows where the words are; never nil
}

// Hit is an image that was found.
type Hit struct {
	Image catalog.ImageID
	Score float64 // 0 to 1: BM25's as a share of the best hit's
}

// Count is how many of the images found have a value.
type Count struct {
	Value  string `json:"value"` // [Unsaid] for none
	Images int    `json:"images"`
}

// Find searches what is indexed. A *QueryError says what is wrong with a query. Without an index nothing is found.
func (x *Index) Find(ctx context.Context, r Request) (Result, error) {
	for {
		g, err := x.current()
		if err != nil {
			return Result{}, err
		}
		if g == nil {
			return Result{Marker: &Marker{}}, checkQuery(r.Query)
		}
		out, err := g.find(ctx, r)
		if !errors.Is(err, bleve.ErrorIndexClosed) { // a newer generation has taken its place
			return out, err
		}
	}
}

func (g *generation) find(ctx context.Context, r Request) (_ Result, err error) {
	defer func() {
		if fault := recover(); fault != nil { // bleve trusts what it reads
			err = fmt.Errorf("search %q: the index in %s is damaged (%v): delete that folder and search again", r.Query, g.dir, fault)
		}
	}()
	q, marker, err := g.query(r)
	if err != nil {
		return Result{}, err
	}
	ask := bleve.NewSearchRequestOptions(q, r.Limit, r.From, false)
	if r.Facets > 0 {
		for _, name := range Facets() {
			ask.AddFacet(name, bleve.NewFacetRequest(exact(name), r.Facets))
		}
	}
	found, err := g.index.SearchInContext(ctx, ask)
	if err != nil {
		return Result{}, fmt.Errorf("search %q: %w", r.Query, err)
	}
	out := Result{Total: int(found.Total), Facets: counts(found.Facets), Marker: marker}
	for _, h := range found.Hits {
		n, err := imageOf(h.ID)
		if err != nil {
			return Result{}, fmt.Errorf("search %q: the index holds %q: %w", r.Query, h.ID, err)
		}
		out.Hits = append(out.Hits, Hit{Image: n, Score: share(h.Score, found.MaxScore)})
	}
	// Of equals, the first comes first: bleve has them in the order in which they were indexed.
	slices.SortStableFunc(out.Hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Image, b.Image)) })
	return out, nil
}

func share(score, most float64) float64 {
	if most <= 0 {
		return 1
	}
	return min(1, max(0, math.Round(1e6*score/most)/1e6)) // so that equals are equal
}

// query joins what is asked for in words with the facets that are chosen.
func (g *generation) query(r Request) (query.Query, *Marker, error) {
	known, err := g.index.Fields()
	if err != nil {
		return nil, nil, err
	}
	q, marker, err := readQuery(r.Query, g.index.Mapping(), known)
	if err != nil || len(r.Only) == 0 {
		return q, marker, err
	}
	all := []query.Query{q}
	for _, name := range Facets() {
		if values := r.Only[name]; len(values) > 0 {
			all = append(all, oneOf(name, values))
		}
	}
	return query.NewConjunctionQuery(all), marker, nil
}

// oneOf finds the images with one of a facet's values; it adds nothing to a score.
func oneOf(facet string, values []string) query.Query {
	var any []query.Query
	for _, v := range values {
		t := query.NewTermQuery(v)
		t.SetField(exact(facet))
		t.SetBoost(0)
		any = append(any, t)
	}
	return query.NewDisjunctionQuery(any)
}

// readQuery reads a query; "" is all. indexed are the fields that an index has.
func readQuery(text string, m mapping.IndexMapping, indexed []string) (query.Query, *Marker, error) {
	if strings.TrimSpace(text) == "" {
		return query.NewMatchAllQuery(), &Marker{}, nil
	}
	known := slices.Clone(fields)
	for _, f := range indexed {
		if !slices.Contains(known, f) && !strings.HasPrefix(f, "is.") && !strings.HasPrefix(f, "_") {
			known = append(known, f)
		}
	}
	return parse(text, m, known)
}

// checkQuery says what is wrong with a query where nothing is indexed yet.
func checkQuery(text string) error {
	m, err := newMapping()
	if err == nil {
		_, _, err = readQuery(text, m, nil)
	}
	return err
}

func counts(facets bleveSearch.FacetResults) map[string][]Count {
	out := map[string][]Count{}
	for name, f := range facets {
		if f.Terms == nil {
			continue
		}
		for _, t := range f.Terms.Terms() {
			out[name] = append(out[name], Count{t.Term, t.Count})
		}
	}
	return out
}
