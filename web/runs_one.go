package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
)

// oneRun is what the page of a run shows.
type oneRun struct {
	ID       catalog.RunID
	Name     string
	Kind     string
	About    string
	Started  time.Time
	Took     string
	Error    string
	Dir      string // as it is shown; "" = none
	DirFault string // what is wrong with it
	Can      bool   // it has a model to try
	Live     runLive
	Judged   *judgedSet // nil: nothing was judged
	Sets     []setTab
	SetFault string
	Main     []fact // the figures of runs that judge no pictures
	Settings []stage.Setting
	Figures  []stage.Setting
}

// runLive is the part of it that changes while the run is under way.
type runLive struct {
	Address string
	State   string
	Step    int
	Part    float64 // of the work that is done, 0 to 1; 0 = nobody can tell
	Left    string  // how long it still takes about
	Updated time.Time
	Bad     int
	Fault   string
	Advice  *stage.Advice
	Charts  []*chart
}

// run shows one run.
func (s *Server) run(r *http.Request) (content, error) {
	run, err := s.askedRun(r)
	if err != nil {
		return content{}, err
	}
	v := oneRun{
		ID: run.ID, Name: run.Name, Kind: run.Kind, About: aboutRun(run), Started: run.Started, Took: took(run), Error: run.Error,
		Live: s.liveOf(run), Settings: stage.Settings(run.Settings), Figures: stage.Settings(run.Figures),
	}
	if run.Dir != nil {
		v.Dir = s.shown(*run.Dir)
	}
	if v.DirFault, err = s.runs.Folder(r.Context(), run); err != nil {
		return content{}, err
	}
	v.Can = run.Kind == "train" && run.State() == "finished" && v.DirFault == ""
	v.Main = mainFigures(run)
	if err := s.fillJudged(r, run, &v); err != nil {
		return content{}, err
	}
	return content{template: "run", title: run.Name, section: "runs", data: v}, nil
}

// live shows the part of a run that changes, without a frame.
func (s *Server) live(r *http.Request) (content, error) {
	run, err := s.askedRun(r)
	return content{template: "runlive", data: s.liveOf(run), bare: true}, err
}

func (s *Server) liveOf(run stage.RunInfo) runLive {
	l := runLive{Address: runAddress(run.ID) + "/live", State: run.State()}
	c, err := s.runs.Curve(run)
	if err != nil {
		c, l.Fault = &stage.Curve{}, err.Error()
	}
	l.Step, l.Updated, l.Bad = c.Last(), c.Updated, c.Bad
	if l.State == "running" {
		l.Part, l.Left = partDone(run, c)
	}
	l.Advice = s.runs.Advise(run, c, time.Now())
	for _, ch := range runCharts(run, c) {
		if ch != nil {
			l.Charts = append(l.Charts, ch)
		}
	}
	return l
}

// partDone tells how much of a run under way is done, and about how long the rest takes
// if it goes on as it did.
func partDone(run stage.RunInfo, c *stage.Curve) (part float64, left string) {
	if len(c.Points) == 0 || run.Said("mode") == stage.ModeProbe {
		return 0, ""
	}
	done, all := c.Points[len(c.Points)-1].Epoch, run.Said("options.Epochs")
	if run.Kind == "descriptor" {
		done, all = float64(c.Last()), run.Said("Steps")
	}
	n, err := strconv.ParseFloat(all, 64)
	if err != nil || !(done > 0) || done > n {
		return 0, ""
	}
	part = done / n
	if part < .02 {
		return part, ""
	}
	return part, durationText(time.Duration((1 - part) / part * float64(c.Updated.Sub(run.Started))))
}

// runCharts are the curves of a run.
func runCharts(run stage.RunInfo, c *stage.Curve) []*chart {
	line := func(name, value string) chartLine {
		x, y := c.Series(value, false)
		return chartLine{Name: name, X: x, Y: y}
	}
	if run.Kind == "descriptor" {
		return []*chart{
			newChart("Loss", "step", "loss", line("loss", "loss"), line("between pictures", "infonce")),
			newChart("Average precision on held-out pictures", "step", "AP", line("edits it makes", "known.ap"), line("edits it never makes", "unseen.ap")),
			newChart("Recall at a precision of 0.99", "step", "recall", line("edits it makes", "known.recall"), line("edits it never makes", "unseen.recall")),
		}
	}
	judged, x := run.Said("judged_on"), "step"
	if judged == "" {
		judged = "validation"
	}
	if run.Said("mode") == stage.ModeProbe {
		x = "iteration"
	}
	charts := []*chart{
		newChart("Loss", x, "cross-entropy", line("training", "loss"), line(judged, "eval_loss")),
		newChart("Figures on "+judged, x, "", line("accuracy", "eval_accuracy"), line("F1", "eval_f1"), line("AUC", "eval_auc")),
		newChart("Learning rate", x, "", line("learning rate", "learning_rate")),
	}
	if charts[0] != nil && run.Said("mode") == stage.ModeProbe {
		charts[0].Note = "Each point is the end of one penalty, from the strongest to the weakest; the one with the least loss on " + judged + " was taken."
	}
	return charts
}

// mainFigures are those that say most of a run that judges no labelled pictures.
func mainFigures(run stage.RunInfo) (out []fact) {
	names := map[string][]fact{
		"dedup":      {{"pairs", "Pairs"}, {"clusters", "Clusters"}, {"kept", "Kept"}, {"removed", "Removed"}, {"to be reviewed", "Review"}},
		"descriptor": {{"AP, edits it makes", "best.known.ap"}, {"recall", "best.known.recall"}, {"AP, edits it never makes", "best.unseen.ap"}, {"recall", "best.unseen.recall"}},
	}
	for _, f := range names[run.Kind] {
		if v, ok := run.Figure(f.Value); ok {
			out = append(out, fact{f.Name, shortFigure(run, v)})
		}
	}
	return out
}
