package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/curate/curate/catalog"
)

// faults is what the page of one issue shows.
type faults struct {
	Tabs      []tab
	Name      string  // shown now; "" = nothing was found
	From      float64 // score from which images are shown
	Counts    catalog.ScoreCounts
	Tiles     []tile // the worst, before the script has taken over
	Next      string
	Unchecked bool
	Look      *look // of outliers: how they are looked for
	Names     names
}

// tab leads to the page of one issue.
type tab struct {
	Name  string
	Count int // flagged
	To    string
}

// Total is how many images are shown.
func (v faults) Total() int { return v.Counts.AtLeast[int(v.From*100+1e-9)] }

// AtLeastJSON is how many images each place of the slider would show.
func (v faults) AtLeastJSON() (string, error) {
	data, err := json.Marshal(v.Counts.AtLeast)
	return string(data), err
}

// Percent is the place of the slider.
func (v faults) Percent() int { return int(v.From*100 + 1e-9) }

// issues shows the images with one fault, the worst first.
func (s *Server) issues(r *http.Request) (content, error) {
	q := r.URL.Query()
	name := cmp.Or(q.Get("name"), q.Get("issue")) // as other addresses call it
	if err := s.knownIssue(r.Context(), name); err != nil {
		return content{}, err
	}
	return s.faultPage(r, name, nil)
}

// knownIssue is a problem for the name of a fault that pictures were never looked at for.
func (s *Server) knownIssue(ctx context.Context, name string) error {
	if name == "" || slices.Contains(catalog.AmongOthers(), name) {
		return nil
	}
	names, err := s.env.Catalog.IssueNames(ctx)
	if err != nil || slices.Contains(names, name) {
		return err
	}
	do := "Pictures were looked at for " + strings.Join(names, ", ") + ": Issues in the menu leads to them."
	if len(names) == 0 {
		do = "Pictures were not looked at yet: run `curate check`."
	}
	return problem{http.StatusNotFound, fmt.Sprintf("No fault is called %q", name), do}
}

// outliers shows the images that are unlike all others, and looks for them.
func (s *Server) outliers(r *http.Request) (content, error) {
	l, err := s.lookAtAll(r.Context(), outlierLook)
	if err != nil {
		return content{}, err
	}
	return s.faultPage(r, catalog.IssueOutlier, &l)
}

func (s *Server) faultPage(r *http.Request, name string, l *look) (content, error) {
	v := faults{Name: name, Look: l}
	err := s.fillTabs(r, &v)
	if err == nil && v.Name == "" && len(v.Tabs) > 1 { // outliers are always there
		v.Name = v.Tabs[0].Name
	}
	if err == nil && v.Name != "" {
		err = s.fillFaults(r, &v)
	}
	if err == nil {
		v.Names, err = s.names(r)
	}
	title := "Issues"
	if l != nil {
		title = "Outliers"
	}
	return content{template: "issues", title: title, section: "issues", data: v}, err
}

// fillTabs lists the faults that were found, the most frequent first, and outliers.
func (s *Server) fillTabs(r *http.Request, v *faults) error {
	counts, err := s.issueCounts(r.Context())
	if err != nil {
		return err
	}
	if len(counts) == 0 {
		n, err := s.env.Catalog.QueueLen(r.Context(), catalog.Need{Check: 1})
		if v.Unchecked = n > 0; err != nil {
			return err
		}
	}
	outliers := counts[catalog.IssueOutlier]
	for _, name := range catalog.AmongOthers() {
		delete(counts, name)
	}
	for _, b := range bars(counts, "issue") {
		v.Tabs = append(v.Tabs, tab{b.Name, b.Count, "/issues?" + query("name", b.Name)})
	}
	v.Tabs = append(v.Tabs, tab{catalog.IssueOutlier, outliers, "/outliers"})
	return nil
}

// issueCounts are how many images are flagged with each fault: a copy of them, to be changed.
func (s *Server) issueCounts(ctx context.Context) (map[string]int, error) {
	n, err := counted(ctx, s, "issues", s.env.Catalog.IssueCounts)
	return maps.Clone(n), err
}

func (s *Server) fillFaults(r *http.Request, v *faults) (err error) {
	v.Counts, err = counted(r.Context(), s, "scores "+v.Name, func(ctx context.Context) (catalog.ScoreCounts, error) { return s.env.Catalog.ScoreCounts(ctx, v.Name) })
	if err != nil {
		return err
	}
	if v.From, err = scoreOf(r.URL.Query(), "from", v.Counts.Threshold); err != nil {
		return err
	}
	v.From = float64(int(v.From*100+1e-9)) / 100 // as the slider has it
	after, err := keyOf(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	rows, err := s.env.Catalog.ByScore(r.Context(), v.Name, catalog.Filter{MinScore: v.From}, after, firstTiles)
	for _, row := range rows {
		t := s.tile(row.Row)
		t.Score, t.Note = row.Score, ""
		v.Tiles = append(v.Tiles, t)
	}
	if len(rows) == firstTiles {
		address := url.Values{"name": {v.Name}, "from": {strconv.FormatFloat(v.From, 'f', 2, 64)}, "after": {keyText(rows[firstTiles-1].Key())}}
		v.Next = "/issues?" + address.Encode()
	}
	return err
}
