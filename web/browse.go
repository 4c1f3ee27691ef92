package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// grid is what the page of all images shows.
type grid struct {
	Total  int
	Tiles  []tile // the first of them, before the script has taken over
	Chosen []choice
	Menus  []menu
	Values url.Values
	Query  string // the filter, for the page's script
	Next   string // address of what comes after Tiles; "" = nothing
	Names  names
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

// menu offers values of a field.
type menu struct {
	Field string
	Bars  []bar
	More  int // values that are not offered
}

// names are the labels and subjects that there are, to be offered.
type names struct{ Labels, Subjects []string }

// firstTiles is how many pictures a page has before its script asks for more.
const firstTiles = 60

// browse shows every image that a filter chooses.
func (s *Server) browse(r *http.Request) (content, error) {
	c, err := s.filter(r)
	if err != nil {
		return content{}, err
	}
	f, err := counted(r.Context(), s, "facets "+c.Values.Encode(), func(ctx context.Context) (catalog.Facets, error) { return s.env.Catalog.Facets(ctx, c.Filter) })
	if err != nil {
		return content{}, err
	}
	g := grid{Total: f.Total, Chosen: c.choices(), Menus: menus(f, c.Values), Values: c.Values, Query: c.Values.Encode()}
	c.Limit = firstTiles
	if g.Tiles, err = s.tiles(r, c.Filter); err != nil {
		return content{}, err
	}
	if len(g.Tiles) == c.Limit {
		next := copied(c.Values)
		next.Set("after", idText(g.Tiles[len(g.Tiles)-1].ID))
		g.Next = "/browse?" + next.Encode()
	}
	g.Names, err = s.names(r)
	return content{template: "browse", title: "Browse", section: "browse", data: g}, err
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
		ID: row.ID, Thumb: thumbAddress(row.ID, row.Hash), Shown: s.shown(row.Path), Label: row.Label, Subject: row.Subject,
		Status: row.Status, Note: strings.Join(row.Issues, ", "), Width: row.Width, Height: row.Height,
	}
}

// names lists the labels and subjects of kept images, the most frequent first.
func (s *Server) names(r *http.Request) (n names, err error) {
	table, err := counted(r.Context(), s, "table", s.env.Catalog.Table)
	labels, subjects := map[string]int{}, map[string]int{}
	for label, row := range table {
		for subject, k := range row {
			labels[label] += k
			subjects[subject] += k
		}
	}
	return names{frequent(labels), frequent(subjects)}, err
}

// frequent lists names by number, the one of those that have none apart.
func frequent(counts map[string]int) (out []string) {
	const most = 200
	delete(counts, "")
	for name := range counts {
		out = append(out, name)
	}
	slices.SortFunc(out, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	return out[:min(len(out), most)]
}

// menuFields are the fields that are offered, in their order.
var menuFields = []string{"status", "label", "subject", "generator", "source", "issue", "split", "format"}

// menuBars is how many values of a field are offered.
const menuBars = 24

// menus offers what would choose fewer than the present filter does; each leads to it and that value.
func menus(f catalog.Facets, now url.Values) (out []menu) {
	for _, field := range menuFields {
		counts := f.By[field]
		if len(counts) < 2 && counts[""] > 0 || len(counts) == 0 || len(now[field]) > 0 {
			continue
		}
		list := bars(counts, field)
		for i := range list {
			list[i].To += "&" + now.Encode()
		}
		out = append(out, menu{field, list, max(0, len(counts)-menuBars)})
	}
	return out
}

// anchors answers at which images the pages of a list begin, so that it can be entered anywhere.
func (s *Server) anchors(r *http.Request) (any, error) {
	c, err := s.filter(r)
	if err != nil {
		return nil, err
	}
	after, total, err := s.env.Catalog.Anchors(r.Context(), c.Filter, c.Limit)
	return struct {
		Total int               `json:"total"`
		Page  int               `json:"page"`  // images of a page: ask for as many with limit
		After []catalog.ImageID `json:"after"` // of each page, what to ask with after
	}{total, c.Limit, after}, err
}

// scoredRow is an image of a list by score.
type scoredRow struct {
	stage.ImageRow
	Score float64 `json:"score"`
	Key   string  `json:"key"` // what to ask with after for the next
}
