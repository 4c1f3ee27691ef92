package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// home is what the first page shows.
type home struct {
	stage.StatusResult
	Todo       []todo
	Funnel     []bar
	Histogram  *histogram // nil before the first dedup
	ByLabel    []bar
	BySubject  []bar
	BySource   []bar
	ByGen      []bar
	IssueBars  []bar
	SplitBars  []bar
	GivenAway  *givenAway // nil with fewer than two labels
	Decided    int
	ReviewSize int
}

// todo is something that waits for a person, with its key.
type todo struct {
	Key     int // 0: a command, not a page
	To      string
	Text    string
	Command string
}

// bar is one line of a chart: a name, a number, and where it leads.
type bar struct {
	Name   string
	Count  int
	Share  float64 // of the longest
	Offset float64 // where it begins, as a share of the longest
	To     string
	Note   string
}

// overview answers: where did the pictures go, and what comes next?
func (s *Server) overview(r *http.Request) (content, error) {
	status, err := s.status(r.Context())
	if err != nil {
		return content{}, err
	}
	h := home{StatusResult: status, Funnel: funnel(status)}
	h.ByLabel, h.BySubject = bars(status.Labels, "label"), bars(status.Subjects, "subject")
	h.BySource, h.ByGen = bars(status.Sources, "source"), bars(status.Generators, "generator")
	h.IssueBars = issueBars(status.Issues)
	splits := map[string]int{}
	for k, n := range status.Splits {
		splits[string(k)] = n
	}
	h.SplitBars = bars(splits, "split")
	shapes, err := counted(r.Context(), s, "shapes", s.env.Catalog.Shapes)
	if err != nil {
		return content{}, err
	}
	h.GivenAway = newGivenAway(shapes)
	if h.Histogram, err = s.histogram(r.Context()); err != nil {
		return content{}, err
	}
	err = s.fillTodo(r, &h)
	return content{template: "overview", title: "Overview", section: "overview", data: h}, err
}

// status is what `curate status` says.
func (s *Server) status(ctx context.Context) (stage.StatusResult, error) {
	return counted(ctx, s, "status", func(ctx context.Context) (stage.StatusResult, error) { return stage.Status(ctx, s.env) })
}

// fillTodo lists what waits for a person, what was begun first.
func (s *Server) fillTodo(r *http.Request, h *home) error {
	copies, err := s.queue(r.Context(), catalog.CopyPair)
	if err != nil {
		return err
	}
	similar, err := s.queue(r.Context(), catalog.SimilarPair)
	if err != nil {
		return err
	}
	h.ReviewSize = len(copies.items) + len(similar.items)
	h.Decided = h.ReviewSize - copies.waiting - similar.waiting
	faults := 0
	for name, n := range h.Issues {
		if !slices.Contains(catalog.AmongOthers(), name) {
			faults += n
		}
	}
	for _, t := range []struct {
		n         int
		one, many string
		to        string
	}{
		{copies.waiting, "cluster of copies", "clusters of copies", "/duplicates"},
		{similar.waiting, "group of look-alikes", "groups of look-alikes", "/duplicates?kind=similar"},
		{h.Status[catalog.Review], "picture whose labels disagree", "pictures whose labels disagree", "/labels"},
		{h.Issues[catalog.IssueMislabelSubject], "subject that may be wrong", "subjects that may be wrong", "/labels/mislabels"},
		{faults, "fault in pictures", "faults in pictures", "/issues"},
		{h.Issues[catalog.IssueOutlier], "outlier", "outliers", "/outliers"},
		{h.Staying, "file of a removed picture to move away", "files of removed pictures to move away", "/apply"},
	} {
		if t.n > 0 {
			h.Todo = append(h.Todo, todo{Key: len(h.Todo) + 1, To: t.to, Text: plural(t.n, t.one, t.many)})
		}
	}
	if h.Unchecked > 0 {
		h.Todo = append(h.Todo, todo{Text: plural(h.Unchecked, "picture was", "pictures were") + " never checked for faults", Command: "curate check"})
	}
	if h.Next != nil && *h.Next != "curate check" && !strings.HasPrefix(*h.Next, "curate images") {
		h.Todo = append(h.Todo, todo{Text: "On the command line comes next", Command: *h.Next})
	}
	return nil
}

// issueBars lead to the pages of issues.
func issueBars(counts map[string]int) []bar {
	list := bars(counts, "issue")
	for i := range list {
		switch name := list[i].Name; name {
		case catalog.IssueOutlier:
			list[i].To = "/outliers"
		case catalog.IssueMislabelSubject:
			list[i].To = "/labels/mislabels"
		case catalog.IssueMislabelLabel:
			list[i].To = "/labels/mislabels?field=label"
		default:
			list[i].To = "/issues?" + query("name", name)
		}
	}
	return list
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
	return falling(scaled(slices.DeleteFunc(out, func(b bar) bool { return b.Count == 0 && b.Name != "kept" && b.Name != "files" })))
}

// falling places each bar of a funnel where those that left before it have brought the rest: the first and the last begin at 0.
func falling(bars []bar) []bar {
	left := bars[0].Share
	for i := 1; i < len(bars)-1; i++ {
		left -= bars[i].Share
		bars[i].Offset = max(0, left)
	}
	return bars
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
	return scaled(out[:min(len(out), menuBars)])
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
