package web

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/internal/stage"
	"github.com/curate/curate/train/metrics"
)

// setTab chooses one of the sets that a model was judged on.
type setTab struct {
	Name, To string
	Chosen   bool
}

// judgedSet is how a model did on a set of pictures.
type judgedSet struct {
	Key         string
	On          string
	N           int
	Positive    string // the class that precision and recall speak of; "" = all of them
	Figures     []judgedFigure
	Classes     []string
	Confusion   []confusionRow
	Mistakes    []answerTile
	Wrong       int
	AllWrong    string // address
	Reliability *chart
	Tables      []groupTable
	Bad         int
	Chosen      bool   // the weights were chosen by it
	OneClass    bool   // every source has pictures of one class only
	Report      string // where the report lies
}

type judgedFigure struct{ Name, Value, Interval string }

// confusionRow is a class with how often each answer was given; a cell leads to its
// pictures.
type confusionRow struct {
	Class string
	Cells []confusionCell
}

type confusionCell struct {
	N     int
	Share int // of the row, in tenths
	Right bool
	To    string
}

type groupTable struct {
	Field string
	Rows  [][]string
}

// answerTile is what a model said of a picture, with the picture where the catalogue
// still has it.
type answerTile struct {
	tile
	Path   string
	Answer stage.Answer
	Other  *stage.Answer // by the run that this one is compared with
	Known  bool
	Now    string // the label that it has by now, if that is another one
}

// mistakesShown is how many mistakes the page of a run shows.
const mistakesShown = 24

// fillJudged fills in how the run's model did on the set that is asked for, or else the
// first one.
func (s *Server) fillJudged(r *http.Request, run stage.RunInfo, v *oneRun) error {
	sets, err := s.runs.Sets(r.Context(), run)
	if err != nil || len(sets) == 0 {
		return err
	}
	set, err := askedSet(r, run, sets)
	if err != nil {
		return err
	}
	for _, x := range sets {
		v.Sets = append(v.Sets, setTab{setName(x), runAddress(run.ID) + "?on=" + x.Key, x.Key == set.Key})
	}
	a, err := s.runs.Answers(run, set)
	if err != nil {
		v.SetFault = answersFault(err, s.shown(set.Dir), set, run)
		v.Judged = &judgedSet{Key: set.Key, On: set.On, Figures: judgedFigures(nil, set.Judged), Tables: groupTables(set.Judged),
			OneClass: set.Judged != nil && set.Judged.OneClass}
		return nil
	}
	v.Judged, err = s.judgedSet(r, run, a)
	return err
}

// askedSet is the set that an address names; without one the first.
func askedSet(r *http.Request, run stage.RunInfo, sets []stage.AnswerSet) (stage.AnswerSet, error) {
	key := r.URL.Query().Get("on")
	if key == "" {
		return sets[0], nil
	}
	i := slices.IndexFunc(sets, func(x stage.AnswerSet) bool { return x.Key == key })
	if i < 0 {
		return stage.AnswerSet{}, problem{http.StatusNotFound, fmt.Sprintf("Run %s was not judged on %q", run.Name, key),
			"`curate evaluate --run " + run.Name + " --split test` judges it; its page shows what it was judged on."}
	}
	return sets[i], nil
}

func setName(x stage.AnswerSet) string {
	switch x.Key {
	case stage.SetChosen:
		return "while training"
	case stage.SetFolder:
		return "a folder"
	}
	return x.Key + " split"
}

// answersFault says why there are no answers of single pictures.
func answersFault(err error, dir string, set stage.AnswerSet, run stage.RunInfo) string {
	if !errors.Is(err, fs.ErrNotExist) {
		return err.Error()
	}
	again := "train again"
	if set.Key != stage.SetChosen {
		again = "`curate evaluate --run " + run.Name + "` makes it"
	}
	return fmt.Sprintf("What the model said of single pictures (%s in %s) is not there: the folder was moved, or curate was older then; %s.", stage.AnswersFile, dir, again)
}

func (s *Server) judgedSet(r *http.Request, run stage.RunInfo, a *stage.Answers) (*judgedSet, error) {
	v := &judgedSet{
		Key: a.Key, On: a.On, N: len(a.All), Classes: a.Predictions.Classes, Figures: judgedFigures(&a.Scores, a.Judged), Tables: groupTables(a.Judged),
		Bad: a.Bad, Chosen: a.Key == stage.SetChosen, OneClass: a.Judged != nil && a.Judged.OneClass, Report: s.shownPath(a.ReportPath()),
	}
	if len(v.Classes) == 2 {
		v.Positive = v.Classes[a.Predictions.Positive]
	}
	pictures := runAddress(run.ID) + "/pictures?on=" + url.QueryEscape(a.Key)
	for i, counts := range a.Predictions.Confusion() {
		v.Confusion = append(v.Confusion, confusion(v.Classes, i, counts, pictures))
	}
	wrong := a.Mistakes()
	v.Wrong, v.AllWrong = len(wrong), pictures+"&wrong=1"
	v.Reliability = reliability(a)
	var err error
	v.Mistakes, err = s.answerTiles(r, wrong[:min(len(wrong), mistakesShown)])
	return v, err
}

func (s *Server) shownPath(path string) string {
	if path == "" {
		return ""
	}
	return s.shown(path)
}

func confusion(classes []string, is int, counts []int, pictures string) confusionRow {
	row, sum := confusionRow{Class: classes[is]}, 0
	for _, n := range counts {
		sum += n
	}
	for said, n := range counts {
		c := confusionCell{N: n, Right: said == is}
		if n > 0 {
			c.Share = (10*n + sum - 1) / sum
			c.To = pictures + "&" + url.Values{"is": {classes[is]}, "said": {classes[said]}}.Encode()
		}
		row.Cells = append(row.Cells, c)
	}
	return row
}

// judgedFigures lists figures with the intervals that an evaluation has.
func judgedFigures(s *metrics.Scores, e *stage.EvaluateResult) (out []judgedFigure) {
	if e != nil {
		s = &e.Scores
	}
	if s == nil || s.N == 0 {
		return nil
	}
	names := map[string]string{"f1": "F1", "auc": "AUC", "ap": "AP", "ece": "calibration error", "brier": "Brier score"}
	s.Each(func(name string, v *metrics.Value) {
		none := metrics.Value(math.NaN())
		ci := metrics.Interval{none, none}
		if e != nil {
			if known, ok := e.CI[name]; ok {
				ci = known
			}
		}
		out = append(out, newJudgedFigure(cmp.Or(names[name], name), *v, ci))
		if name == "auc" && e != nil {
			out = append(out, balancedFigures(e)...)
		}
	})
	return out
}

// balancedFigures stand below the AUC, which can be high while one source is not recognised at all. Evaluations of an older curate have none.
func balancedFigures(e *stage.EvaluateResult) (out []judgedFigure) {
	if e.Threshold > 0 {
		out = append(out, newJudgedFigure("balanced accuracy", e.Balanced, e.BalancedCI))
	}
	if w := e.WorstSource; w != nil {
		out = append(out, newJudgedFigure("the same of the worst source, "+cmp.Or(w.Source, "not said"), w.Balanced, w.CI))
	}
	return out
}

func newJudgedFigure(name string, v metrics.Value, ci metrics.Interval) judgedFigure {
	f := judgedFigure{Name: name, Value: valueText(v)}
	if !math.IsNaN(float64(ci[0])) {
		f.Interval = valueText(ci[0]) + " to " + valueText(ci[1])
	}
	return f
}

func valueText(v metrics.Value) string {
	if math.IsNaN(float64(v)) {
		return "–"
	}
	return fmt.Sprintf("%.3f", float64(v))
}

// groupTables are the figures by generator, source and subject that an evaluation made.
func groupTables(e *stage.EvaluateResult) (out []groupTable) {
	if e == nil {
		return nil
	}
	for _, field := range stage.EvaluateFields() {
		t := groupTable{Field: field}
		for _, g := range e.Per[field] {
			key := g.Key
			if key == "" {
				key = "not said"
			}
			t.Rows = append(t.Rows, []string{key, countText(g.N), valueText(g.Accuracy), valueText(g.F1), valueText(g.Recall), valueText(g.Precision), valueText(g.AUC)})
		}
		if len(t.Rows) > 1 || len(t.Rows) == 1 && t.Rows[0][0] != "not said" {
			out = append(out, t)
		}
	}
	return out
}

// fewestInBin is how many pictures a point of the reliability chart speaks for at least:
// of fewer, chance decides where it lies.
const fewestInBin = 5

// reliability shows how often the model is right where it is so sure.
func reliability(a *stage.Answers) *chart {
	var is, ideal chartLine
	is.Name, is.Dots, ideal.Name = "this model", true, "as sure as right"
	least, few := 1.0, 0
	for _, b := range a.Reliability() {
		if b.N < fewestInBin {
			few += b.N
			continue
		}
		is.X, is.Y = append(is.X, b.Confidence), append(is.Y, b.Accuracy)
		least = min(least, b.Confidence)
	}
	ideal.X, ideal.Y = []float64{least, 1}, []float64{least, 1}
	c := newChart("How sure, how often right", "how sure the model is", "share that is right", is, ideal)
	if len(is.X) == 0 {
		return nil
	}
	c.Lines[1].Dots = false
	if few > 0 {
		c.Note = plural(few, "picture is", "pictures are") + " left out: fewer than five had a like probability."
	}
	return c
}

// answerTiles joins answers with the images of the catalogue.
func (s *Server) answerTiles(r *http.Request, answers []stage.Answer) ([]answerTile, error) {
	var hashes []catalog.Hash
	for _, a := range answers {
		if h, err := catalog.ParseHash(a.SHA256); err == nil && !h.IsZero() {
			hashes = append(hashes, h)
		}
	}
	ids, err := s.env.Catalog.HasImages(r.Context(), hashes)
	if err != nil {
		return nil, err
	}
	var wanted []catalog.ImageID
	for _, id := range ids {
		wanted = append(wanted, id)
	}
	tiles := map[string]tile{}
	if len(wanted) > 0 {
		for row, err := range s.env.Catalog.Images(r.Context(), catalog.Filter{IDs: wanted}) {
			if err != nil {
				return nil, err
			}
			tiles[row.Hash.String()] = s.tile(row)
		}
	}
	out := make([]answerTile, len(answers))
	for i, a := range answers {
		t, known := tiles[strings.ToLower(a.SHA256)]
		out[i] = answerTile{tile: t, Known: known, Answer: a, Path: s.shown(a.Path)}
		if known && t.Label != a.Label {
			out[i].Now = t.Label
		}
	}
	return out, nil
}
