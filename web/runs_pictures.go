package web

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// answerGrid is what the page of some of a run's answers shows.
type answerGrid struct {
	ID       catalog.RunID
	Run      string
	What, On string
	Total    int
	Tiles    []answerTile
	Next     string // address of the next page; "" = this is the last
}

// runPictures shows the pictures of one cell of the confusion matrix, or all mistakes;
// those first to whose label the model gave least.
func (s *Server) runPictures(r *http.Request) (content, error) {
	run, err := s.askedRun(r)
	if err != nil {
		return content{}, err
	}
	sets, err := s.runs.Sets(r.Context(), run)
	if err != nil {
		return content{}, err
	}
	if len(sets) == 0 {
		return content{}, problem{http.StatusNotFound, "Run " + run.Name + " has judged no pictures", "Its page says how far it came."}
	}
	set, err := askedSet(r, run, sets)
	if err != nil {
		return content{}, err
	}
	a, err := s.runs.Answers(run, set)
	if err != nil {
		return content{}, problem{http.StatusGone, answersFault(err, s.shown(set.Dir), set, run), "The page of the run shows what is left."}
	}
	return s.answerGrid(r, run, a)
}

func (s *Server) answerGrid(r *http.Request, run stage.RunInfo, a *stage.Answers) (content, error) {
	q := r.URL.Query()
	is, said := q.Get("is"), q.Get("said")
	g := answerGrid{ID: run.ID, Run: run.Name, On: a.On, What: "all pictures"}
	take := func(stage.Answer) bool { return true }
	switch {
	case is != "" || said != "":
		g.What = fmt.Sprintf("%s taken for %s", is, said)
		if is == said {
			g.What = is + ", and said so"
		}
		take = func(x stage.Answer) bool { return x.Label == is && x.Said == said }
	case q.Get("wrong") != "":
		g.What = "mistakes"
		take = func(x stage.Answer) bool { return !x.Right() }
	}
	chosen := a.Choose(take)
	from, err := number(r, "after", 0)
	if err != nil {
		return content{}, err
	}
	g.Total = len(chosen)
	chosen = chosen[min(int64(len(chosen)), from):]
	if len(chosen) > pageTiles {
		chosen = chosen[:pageTiles]
		next := copied(q)
		next.Set("after", fmt.Sprint(from+pageTiles))
		g.Next = r.URL.Path + "?" + next.Encode()
	}
	g.Tiles, err = s.answerTiles(r, chosen)
	return content{template: "runpictures", title: run.Name + ": " + g.What, section: "runs", data: g}, err
}

// twoRuns is what the page of two runs shows.
type twoRuns struct {
	A, B     stage.RunInfo
	Charts   []*chart
	Settings []pairOf
	Figures  []pairOf
	Sets     []setTab
	On       string
	Paired   *stage.Paired
	P        string
	Verdict  string
	Differ   []answerTile
	More     int // pictures on which they differ that are not shown
	Fault    string
}

// pairOf is something said of both runs.
type pairOf struct {
	Name, A, B string
	Change     string // from A to B, of numbers
	Differs    bool
}

// differShown is how many pictures are shown on which two models differ.
const differShown = 48

// compareRuns shows two runs side by side.
func (s *Server) compareRuns(r *http.Request) (content, error) {
	names := r.URL.Query()["run"]
	if len(names) != 2 || names[0] == names[1] {
		return content{}, problem{http.StatusBadRequest, "Two different runs can be compared", "Mark two on the page of runs."}
	}
	a, err := s.runCalled(r, names[0])
	if err != nil {
		return content{}, err
	}
	b, err := s.runCalled(r, names[1])
	if err != nil {
		return content{}, err
	}
	if a.ID > b.ID {
		a, b = b, a
	}
	if a.Kind != b.Kind {
		return content{}, problem{http.StatusBadRequest, fmt.Sprintf("%s is a run of %s and %s one of %s: they have nothing to be compared", a.Name, a.Kind, b.Name, b.Kind), "Mark two of one table on the page of runs."}
	}
	c := twoRuns{A: a, B: b, Charts: s.chartsOfBoth(a, b), Settings: bothSettings(a, b)}
	if err := s.fillPaired(r, &c); err != nil {
		return content{}, err
	}
	if c.Paired == nil {
		c.Figures = bothFigures(a, b)
	}
	return content{template: "runcompare", title: a.Name + " and " + b.Name, section: "runs", data: c}, nil
}

func compareAddress(c *twoRuns, on string) string {
	return "/runs/compare?" + url.Values{"run": {fmt.Sprint(c.A.ID), fmt.Sprint(c.B.ID)}, "on": {on}}.Encode()
}
