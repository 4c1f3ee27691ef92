package web

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// runsShown is how many runs of a kind the list shows.
const runsShown = 60

// runList is what the page of all runs shows.
type runList struct {
	Trained, Encoders, Dedups []runRow
	More                      bool // there are older ones
}

// runRow is a run in a list.
type runRow struct {
	ID      catalog.RunID
	Name    string
	State   string
	Started time.Time
	Took    string
	About   string
	Figures []string // as the head of the table names them
	Spark   template.HTML
	Error   string
}

// The figures that lists show, by their names in the catalogue. Those of dedup have had
// no others.
var (
	trainFigures   = []string{"accuracy", "f1", "auc", "loss"}
	encoderFigures = []string{"best.known.ap", "best.known.recall", "best.unseen.ap", "best.unseen.recall"}
	dedupFigures   = []string{"Pairs", "Clusters", "Removed", "Kept", "Review"}
)

// runList shows all runs.
func (s *Server) runList(r *http.Request) (content, error) {
	var list runList
	kinds := stage.RunKinds()
	for i, into := range []*[]runRow{&list.Trained, &list.Encoders, &list.Dedups} {
		runs, err := s.runs.List(r.Context(), kinds[i], runsShown+1)
		if err != nil {
			return content{}, err
		}
		list.More = list.More || len(runs) > runsShown
		for _, run := range runs[:min(len(runs), runsShown)] {
			*into = append(*into, s.runRow(run, [][]string{trainFigures, encoderFigures, dedupFigures}[i]))
		}
	}
	return content{template: "runs", title: "Runs", section: "runs", data: list}, nil
}

func (s *Server) runRow(r stage.RunInfo, figures []string) runRow {
	row := runRow{ID: r.ID, Name: r.Name, State: r.State(), Started: r.Started, Took: took(r), About: aboutRun(r), Error: r.Error}
	for _, name := range figures {
		text := "–"
		if v, ok := r.Figure(name); ok {
			text = shortFigure(r, v)
		}
		row.Figures = append(row.Figures, text)
	}
	if c, err := s.runs.Curve(r); err == nil {
		for _, name := range []string{"eval_loss", "loss"} {
			if x, y := c.Series(name, false); row.Spark == "" {
				row.Spark = spark(x, y)
			}
		}
	}
	return row
}

// shortFigure is a figure of a run with three digits after the point; those of dedup are
// numbers of things.
func shortFigure(r stage.RunInfo, v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case r.Kind == "dedup":
		return countText(int(v))
	}
	return fmt.Sprintf("%.3f", v)
}

// took is how long a run took, or has taken so far; "" where that is not known. A run
// of dedup is recorded when all is found, to be marked.
func took(r stage.RunInfo) string {
	if r.Kind == "dedup" || r.State() == "stopped" && r.Seconds == nil {
		return ""
	}
	d := time.Since(r.Started)
	if r.Seconds != nil {
		d = time.Duration(*r.Seconds * float64(time.Second))
	}
	return durationText(d)
}

func durationText(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// aboutRun says in a few words what a run is of.
func aboutRun(r stage.RunInfo) string {
	get := r.Said
	switch r.Kind {
	case "dedup":
		return fmt.Sprintf("%s, from %s, %s", cmp.Or(get("kind"), "?"), cmp.Or(get("threshold"), "?"), cmp.Or(get("model"), "hashes"))
	case "train":
		about := fmt.Sprintf("%s of %s, %s px", cmp.Or(get("mode"), "?"), cmp.Or(get("model"), "?"), cmp.Or(get("resolution"), "?"))
		if get("judged_on") == "test" {
			about += ", chosen on test"
		}
		return about
	}
	return fmt.Sprintf("%s layers, %s steps", cmp.Or(get("Layers"), "?"), cmp.Or(get("Steps"), "?"))
}

// askedRun finds the run that an address names.
func (s *Server) askedRun(r *http.Request) (stage.RunInfo, error) {
	return s.runCalled(r, r.PathValue("id"))
}

func (s *Server) runCalled(r *http.Request, name string) (stage.RunInfo, error) {
	run, err := s.runs.Find(r.Context(), name)
	if errors.Is(err, catalog.ErrNoRun) {
		return run, problem{http.StatusNotFound, fmt.Sprintf("There is no run called %q", name), "Runs shows all there are."}
	}
	if err == nil && !slices.Contains(stage.RunKinds(), run.Kind) {
		return run, problem{http.StatusNotFound, fmt.Sprintf("Run %s is one of %s, which has no page", run.Name, run.Kind), "Runs shows those that have one; `curate log` shows what was done."}
	}
	return run, err
}

func runAddress(id catalog.RunID) string { return "/runs/" + strconv.FormatInt(id, 10) }
