package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
)

// chosen is a filter as an address has it.
type chosen struct {
	catalog.Filter
	Values url.Values // only what chooses
}

// pageTiles is how many images a page of the grid holds.
const pageTiles = 200

// filterFields are the parts of an address that choose images.
var filterFields = []string{"status", "label", "subject", "source", "generator", "issue", "split", "format", "under"}

// filter reads a filter from an address. "-" stands for a value that is not said.
func (s *Server) filter(r *http.Request) (c chosen, err error) {
	q := r.URL.Query()
	c.Values = url.Values{}
	values := func(name string) (out []string) {
		for _, v := range q[name] {
			if v == "" {
				continue
			}
			c.Values.Add(name, v)
			if v == "-" {
				v = ""
			}
			out = append(out, v)
		}
		return out
	}
	f := &c.Filter
	for _, v := range values("status") {
		f.Status = append(f.Status, catalog.Status(v))
	}
	for _, v := range values("split") {
		f.Split = append(f.Split, catalog.Split(v))
	}
	f.Label, f.Subject, f.Source, f.Generator = values("label"), values("subject"), values("source"), values("generator")
	f.Issue, f.Format = values("issue"), values("format")
	for _, v := range values("under") {
		f.Under = append(f.Under, s.view.Stored(v)...)
	}
	if f.After, err = number(r, "after", 0); err != nil {
		return c, err
	}
	limit, err := number(r, "limit", pageTiles)
	f.Limit = int(min(max(limit, 1), 1000))
	return c, err
}

// query is one field of an address.
func query(field, value string) string {
	if value == "" {
		value = "-"
	}
	return url.Values{field: {value}}.Encode()
}

// grid is what the page of all images shows.
type grid struct {
	Total  int
	Tiles  []tile
	Chosen []choice
	Menus  []menu
	Next   string // address of the next page; "" = this is the last
	Query  string // the filter, for the page's script
}

// tile is one picture of a grid.
type tile struct {
	ID      catalog.ImageID
	Thumb   string
	Shown   string
	Label   string
	Subject string
	Status  catalog.Status
	Note    string
	Width   int
	Height  int
	Score   float64
}

// choice is a part of the filter, with the address without it.
type choice struct{ Field, Value, Without string }

// menu offers values of a field.
type menu struct {
	Field string
	Bars  []bar
}

// browse shows every image that a filter chooses.
func (s *Server) browse(r *http.Request) (content, error) {
	c, err := s.filter(r)
	if err != nil {
		return content{}, err
	}
	g := grid{Chosen: c.choices(), Query: c.Values.Encode()}
	if g.Total, err = s.env.Catalog.CountImages(r.Context(), withoutPage(c.Filter)); err != nil {
		return content{}, err
	}
	if g.Tiles, err = s.tiles(r, c.Filter); err != nil {
		return content{}, err
	}
	if len(g.Tiles) == c.Filter.Limit {
		next := copied(c.Values)
		next.Set("after", idText(g.Tiles[len(g.Tiles)-1].ID))
		g.Next = "/browse?" + next.Encode()
	}
	g.Menus, err = s.menus(r, c.Values)
	return content{template: "browse", title: "Browse", section: "browse", data: g}, err
}

func withoutPage(f catalog.Filter) catalog.Filter {
	f.After, f.Limit = 0, 0
	return f
}

func (s *Server) tiles(r *http.Request, f catalog.Filter) (out []tile, err error) {
	for row, err := range s.env.Catalog.Images(r.Context(), f) {
		if err != nil {
			return nil, err
		}
		out = append(out, s.tile(row))
	}
	return out, nil
}

func (s *Server) tile(row catalog.Row) tile {
	return tile{
		ID: row.ID, Thumb: thumbAddress(row.ID, row.Hash), Shown: s.view.Show(row.Path), Label: row.Label, Subject: row.Subject,
		Status: row.Status, Note: strings.Join(row.Issues, ", "), Width: row.Width, Height: row.Height,
	}
}

func (c chosen) choices() (out []choice) {
	for _, field := range filterFields {
		for i, v := range c.Values[field] {
			without := copied(c.Values)
			without[field] = slices.Delete(slices.Clone(without[field]), i, i+1)
			out = append(out, choice{field, v, "/browse?" + without.Encode()})
		}
	}
	return out
}

// copied copies the parts of an address, to be changed.
func copied(v url.Values) url.Values {
	out := url.Values{}
	for k, vs := range v {
		out[k] = slices.Clone(vs)
	}
	return out
}

// menus offers what is not chosen yet; each leads to the present filter and that value.
func (s *Server) menus(r *http.Request, now url.Values) ([]menu, error) {
	n, err := s.env.Catalog.Counts(r.Context())
	if err != nil {
		return nil, err
	}
	status, splits := map[string]int{}, map[string]int{}
	for k, v := range n.Status {
		status[string(k)] = v
	}
	for k, v := range n.Split {
		splits[string(k)] = v
	}
	var out []menu
	for _, m := range []struct {
		field  string
		counts map[string]int
	}{{"status", status}, {"label", n.Label}, {"subject", n.Subject}, {"generator", n.Generator}, {"source", n.Source}, {"issue", n.Issues}, {"split", splits}} {
		if len(m.counts) < 2 && m.counts[""] > 0 || len(m.counts) == 0 || len(now[m.field]) > 0 {
			continue
		}
		list := bars(m.counts, m.field)
		for i := range list {
			list[i].To += "&" + now.Encode()
		}
		out = append(out, menu{m.field, slices.DeleteFunc(list, func(b bar) bool { return b.Count == 0 })})
	}
	return out, nil
}
