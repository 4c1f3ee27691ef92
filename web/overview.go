package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// home is what the first page shows.
type home struct {
	stage.StatusResult
	Funnel      []bar
	ByLabel     []bar
	BySubject   []bar
	ByGen       []bar
	IssueBars   []bar
	SplitBars   []bar
	Histogram   *histogram // nil before the first dedup
	Waiting     int        // clusters
	Conflicts   int        // images that wait because labels disagree
	WaitSimilar int
}

// bar is one line of a chart: a name, a number, and where it leads.
type bar struct {
	Name  string
	Count int
	Share float64 // of the longest
	To    string
	Note  string
}

// overview answers: where did the pictures go, and what comes next?
func (s *Server) overview(r *http.Request) (content, error) {
	status, err := stage.Status(r.Context(), s.env)
	if err != nil {
		return content{}, err
	}
	h := home{StatusResult: status, Conflicts: status.Status[catalog.Review]}
	q, err := s.queue(r.Context(), catalog.CopyPair)
	if err != nil {
		return content{}, err
	}
	h.Waiting = q.waiting
	if q, err = s.queue(r.Context(), catalog.SimilarPair); err != nil {
		return content{}, err
	}
	h.WaitSimilar = q.waiting
	h.Funnel = funnel(status)
	h.ByLabel = bars(status.Labels, "label")
	h.BySubject = bars(status.Subjects, "subject")
	h.ByGen = bars(status.Generators, "generator")
	h.IssueBars = bars(status.Issues, "issue")
	splits := map[string]int{}
	for k, n := range status.Splits {
		splits[string(k)] = n
	}
	h.SplitBars = bars(splits, "split")
	h.Histogram, err = s.histogram(r.Context())
	return content{template: "overview", title: "Overview", section: "overview", data: h}, err
}

// funnel follows the pictures from the files to what is kept.
func funnel(s stage.StatusResult) []bar {
	out := []bar{
		{Name: "files", Count: s.Locations, Note: "found by ingest"},
		{Name: "exact copies", Count: s.Exact, Note: "the same to the byte: one image with several places"},
		{Name: "invalid", Count: s.Status[catalog.Invalid] + s.Unreadable, To: "/browse?status=invalid", Note: "no usable picture; each has its reason"},
		{Name: "missing", Count: s.Status[catalog.Missing], To: "/browse?status=missing", Note: "no file is left"},
		{Name: "copies", Count: s.Removed.Copies, To: "/duplicates", Note: "edited versions of what is kept"},
		{Name: "look-alikes", Count: s.Removed.Similar, To: "/duplicates?kind=similar", Note: "the same scene, burst or prompt"},
		{Name: "removed by you", Count: s.Removed.Verdict, To: "/browse?status=removed"},
		{Name: "to be reviewed", Count: s.Status[catalog.Review], To: "/browse?status=review", Note: "labels that disagree"},
		{Name: "kept", Count: s.Status[catalog.Kept], To: "/browse?status=kept"},
	}
	return scaled(slices.DeleteFunc(out, func(b bar) bool { return b.Count == 0 && b.Name != "kept" && b.Name != "files" }))
}

// bars are counts by the values of a field, the largest first.
func bars(counts map[string]int, field string) []bar {
	var out []bar
	for name, n := range counts {
		shown := name
		if name == "" {
			shown = "not said"
		}
		out = append(out, bar{Name: shown, Count: n, To: "/browse?" + query(field, name)})
	}
	slices.SortFunc(out, func(a, b bar) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Name, b.Name)
	})
	return scaled(out[:min(len(out), 24)])
}

func scaled(bars []bar) []bar {
	longest := 1
	for _, b := range bars {
		longest = max(longest, b.Count)
	}
	for i := range bars {
		bars[i].Share = float64(bars[i].Count) / float64(longest)
	}
	return bars
}

// StepsJSON is what other thresholds would bring, for the page's script.
func (h home) StepsJSON() (string, error) {
	if h.Histogram == nil {
		return "[]", nil
	}
	data, err := json.Marshal(h.Histogram.Steps)
	return string(data), err
}
