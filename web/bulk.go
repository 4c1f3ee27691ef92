package web

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// sheet is a contact sheet of what would go.
type sheet struct {
	Kind     catalog.PairKind
	From     float64
	Keep     string     // which of each stays: a name of keepWays
	Keeps    []keepWay  // to choose from
	Steps    []bulkStep // similarities to choose from
	Clusters []sheetRow // the least sure first
	Total    int        // clusters that are sure enough
	Images   int        // that would go of those shown
	Changed  int        // rows in which another than the suggested one stays
	Seen     string     // fingerprint of what is shown
}

// sheetRow is one cluster of a contact sheet.
type sheetRow struct {
	*cluster
	Keeper   catalog.ImageID // that stays
	Pictures []sheetPicture
	of       catalog.ClusterRow
}

type sheetPicture struct {
	member
	Stays bool
}

// A contact sheet shows so many clusters, or somewhat more than so many pictures, and only those
// are accepted together: nothing is accepted that nobody saw.
const (
	sheetRows     = 150
	sheetPictures = 350
)

// keepWay is a way to choose which copy of each cluster stays.
type keepWay struct {
	Name, Words string
	better      func(a, b member) bool // nil: as it was suggested
}

var keepWays = []keepWay{
	{"", "what the rules suggest", nil},
	{"largest", "the largest of each", func(a, b member) bool {
		return a.Width*a.Height > b.Width*b.Height || a.Width*a.Height == b.Width*b.Height && a.Bytes > b.Bytes
	}},
	{"bytes", "the one with most bytes", func(a, b member) bool { return a.Bytes > b.Bytes }},
}

// bulk shows what accepting many clusters at once would accept.
func (s *Server) bulk(r *http.Request) (content, error) {
	from, err := strconv.ParseFloat(r.URL.Query().Get("from"), 64)
	if err != nil {
		from = -1
	}
	kind, err := kindOf(r)
	if err != nil {
		return content{}, err
	}
	v, err := s.sheet(r.Context(), kind, from, r.URL.Query().Get("keep"))
	return content{template: "bulk", title: "Accept together", section: "duplicates", data: v}, err
}

// sheet gathers the clusters that are to be decided, are that sure, and whose labels agree.
func (s *Server) sheet(ctx context.Context, kind catalog.PairKind, from float64, keep string) (*sheet, error) {
	way := slices.IndexFunc(keepWays, func(w keepWay) bool { return w.Name == keep })
	if !(from > 0 && from <= 1) || way < 0 || kind == catalog.SimilarPair && keep != "" {
		return nil, badRequest("there is no such contact sheet: it takes a similarity between 0 and 1")
	}
	q, err := s.queue(ctx, kind)
	if err != nil {
		return nil, err
	}
	sure := q.surerThan(from)
	v := &sheet{Kind: kind, From: from, Keep: keep, Keeps: keepWays, Steps: q.bulkSteps(), Total: len(sure)}
	rows, err := s.clusterRows(ctx, kind, shownOf(sure))
	if err != nil {
		return nil, err
	}
	k, err := s.knownOf(ctx, kind, rows...)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		v.add(row, s.describe(ctx, row, k, true), keepWays[way])
	}
	if !slices.ContainsFunc(v.Steps, func(b bulkStep) bool { return b.From == from }) {
		v.Steps = append(v.Steps, bulkStep{from, len(sure)})
	}
	v.Seen = v.fingerprint()
	return v, nil
}

// shownOf chooses the clusters that a sheet has room for.
func shownOf(sure []catalog.ReviewItem) (ids []catalog.ClusterID) {
	pictures := 0
	for _, it := range sure[:min(len(sure), sheetRows)] {
		if pictures += it.Images; pictures > sheetPictures && len(ids) > 0 {
			break
		}
		ids = append(ids, it.Cluster)
	}
	return ids
}

// add puts a cluster on the sheet, with the one first that stays.
func (v *sheet) add(of catalog.ClusterRow, c *cluster, way keepWay) {
	row := sheetRow{cluster: c, Keeper: c.Keeper.Image, of: of}
	members := append([]member{c.Keeper}, c.Others...)
	if way.better != nil {
		slices.SortStableFunc(members, func(a, b member) int {
			switch {
			case way.better(a, b):
				return -1
			case way.better(b, a):
				return 1
			}
			return 0
		})
		row.Keeper = members[0].Image
	}
	if row.Keeper != c.Keeper.Image {
		v.Changed++
	}
	for _, m := range members {
		p := sheetPicture{m, m.Image == row.Keeper || v.Kind == catalog.SimilarPair && m.Status == catalog.Kept}
		if !p.Stays {
			v.Images++
		}
		row.Pictures = append(row.Pictures, p)
	}
	v.Clusters = append(v.Clusters, row)
}

// fingerprint tells whether a sheet still shows what a person saw.
func (v *sheet) fingerprint() string {
	h := fnv.New64a()
	for _, row := range v.Clusters {
		fmt.Fprint(h, row.Seen, row.Keeper, ";")
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// acceptAll accepts the clusters of a contact sheet, as one step, but for those taken off.
func (s *Server) acceptAll(r *http.Request) (any, error) {
	var ask struct {
		From     float64             `json:"from"`
		Kind     catalog.PairKind    `json:"kind"`
		Keep     string              `json:"keep"`     // which of each: "" as suggested, largest or bytes
		Clusters int                 `json:"clusters"` // as many as were shown
		Seen     string              `json:"seen"`     // fingerprint of what was shown
		Except   []catalog.ClusterID `json:"except"`
	}
	if err := read(r, &ask); err != nil {
		return nil, err
	}
	kind, err := pairKind(ask.Kind)
	if err != nil {
		return nil, err
	}
	return s.record(r, func(ctx context.Context) (catalog.Said, string, error) {
		v, err := s.sheet(ctx, kind, ask.From, ask.Keep)
		if err != nil {
			return catalog.Said{}, "", err
		}
		if len(v.Clusters) != ask.Clusters || ask.Seen != "" && ask.Seen != v.Seen {
			return catalog.Said{}, "", problem{Status: http.StatusConflict, What: fmt.Sprintf("There are %d such clusters now, and not what was shown", len(v.Clusters)), Do: "Load the sheet again, and look at it as it is now."}
		}
		ds, n := v.accept(ask.Except)
		return catalog.Said{Decide: ds}, plural(n, "cluster", "clusters") + " accepted", nil
	})
}

// accept is what accepting the clusters of a sheet decides, but for those taken off.
func (v *sheet) accept(except []catalog.ClusterID) (ds []catalog.Decision, n int) {
	for _, shown := range v.Clusters {
		if !slices.Contains(except, shown.ID) {
			ds = append(ds, stage.Accept(shown.of, shown.Keeper)...)
			n++
		}
	}
	return ds, n
}
