package train

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/curate/curate/internal/atomicfile"
	"github.com/curate/curate/internal/onnx"
	"github.com/curate/curate/internal/preprocess"
	"github.com/curate/curate/internal/safetensors"
	"github.com/curate/curate/internal/vit"
	"github.com/curate/curate/train/metrics"
	"github.com/curate/curate/train/report"
	"github.com/curate/curate/train/track"
)

// About is what a result does not know of itself.
type About struct {
	Name       string
	Base       string // the model that training began with
	BaseOnHub  bool   // Base is an id of the Hugging Face Hub
	Preprocess preprocess.Config
	Classes    []string
	Positive   int
	Counts     []ClassCount
	JudgedOn   string // "validation" or "test"
	Recipe     []Fact
	Version    string // of curate
}

// ClassCount is the pictures of a class in each part.
type ClassCount struct {
	Class            string
	Train, Val, Test int
}

// Fact is a setting by name.
type Fact struct{ Name, Value string }

// PlotFile, ReportFile, CardFile and ModelFile are names of files that WriteFolder
// writes beside those of the Hugging Face layout.
const (
	PlotFile   = "loss.png"
	ReportFile = "report.html"
	CardFile   = "README.md"
	ModelFile  = "model.onnx"
)

// WriteFolder writes a result to dir as a model folder in Hugging Face layout, with
// a card, the curve, a report and the model as one ONNX file.
func WriteFolder(dir string, r *Result, a About) error {
	if err := r.Model.SaveFolder(dir, a.Classes); err != nil {
		return err
	}
	if err := writePreprocessor(filepath.Join(dir, preprocess.FileName), a.Preprocess); err != nil {
		return err
	}
	graph, err := Classifier(r.Model)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(dir, ModelFile), graph.Marshal(), 0o644); err != nil {
		return err
	}
	if err := writeState(dir, r); err != nil {
		return err
	}
	charts := r.charts()
	if err := charts[0].WritePNG(filepath.Join(dir, PlotFile)); err != nil {
		return err
	}
	page := r.report(a, charts)
	if err := page.WriteHTML(filepath.Join(dir, ReportFile)); err != nil {
		return err
	}
	card := r.card(a)
	return card.Write(filepath.Join(dir, CardFile))
}

// Classifier returns the graph of a model with its weights inside, in standard
// operators: pixel_values [n, 3, side, side] to logits [n, classes].
func Classifier(m *vit.Model) (*onnx.Graph, error) {
	g, side := onnx.New("classifier"), m.Config.ImageSize
	out, err := vit.Forward(g, m, vit.Options{Width: side, Height: side, Logits: true})
	if err != nil {
		return nil, fmt.Errorf("write the classifier: %w", err)
	}
	g.Rename(out.Logits, "logits")
	g.Output("logits", onnx.Float, onnx.Dim{Name: "n"}, onnx.Dim{Size: int64(m.Classes())})
	return g, nil
}

func writeState(dir string, r *Result) error {
	s := track.State{
		Epoch: r.epochs(), Step: r.Steps, MaxSteps: r.Steps, Epochs: int(math.Ceil(r.epochs())), MicroBatch: r.Micro, Points: r.Points,
	}
	if best := r.Best(); best.Eval.N > 0 {
		loss := float64(best.Eval.Loss)
		s.BestMetric, s.BestStep = &loss, best.Step
	}
	return track.WriteState(dir, s)
}

// epochs is how often every picture was seen.
func (r *Result) epochs() float64 {
	if len(r.Rows) == 0 {
		return 0
	}
	return r.Rows[len(r.Rows)-1].Epoch
}

// Table returns the table of a run, as it stands in its card.
func Table(rows []Row) string { return report.TrainerTable(tableRows(rows)) }

func tableRows(rows []Row) []report.Row {
	out := make([]report.Row, len(rows))
	for i, r := range rows {
		e := r.Eval
		if e.N == 0 {
			e = Undefined()
		}
		out[i] = report.Row{
			TrainLoss: float64(r.TrainLoss), Epoch: r.Epoch, Step: r.Step, Loss: float64(e.Loss),
			Accuracy: float64(e.Accuracy), F1: float64(e.F1), Recall: float64(e.Recall), Precision: float64(e.Precision),
		}
	}
	return out
}

// Undefined are the figures of no pictures.
func Undefined() metrics.Scores {
	var s metrics.Scores
	s.Each(func(_ string, v *metrics.Value) { *v = metrics.Value(math.NaN()) })
	return s
}

// charts are the loss and the learning rate over the steps.
func (r *Result) charts() []report.Chart {
	loss := report.Line{Name: "training"}
	eval := report.Line{Name: "validation", Dots: true}
	rate := report.Line{Name: "learning rate"}
	add := func(l *report.Line, p track.Point, name string) {
		if v, ok := p.Values[name]; ok {
			l.X, l.Y = append(l.X, float64(p.Step)), append(l.Y, v)
		}
	}
	for _, p := range r.Points {
		add(&loss, p, "loss")
		add(&eval, p, "eval_loss")
		add(&rate, p, "learning_rate")
	}
	charts := []report.Chart{{Title: "Loss", X: "step", Y: "cross-entropy", Lines: []report.Line{loss, eval}}}
	if len(rate.X) > 0 {
		charts = append(charts, report.Chart{Title: "Learning rate", X: "step", Y: "rate", Lines: []report.Line{rate}})
	}
	return charts
}

func (r *Result) report(a About, charts []report.Chart) *report.Report {
	p := &report.Report{Title: a.Name, Charts: charts, Note: a.note(), Tables: []report.Table{countTable(a.Counts), epochTable(r.Rows)}}
	p.Facts = append(p.Facts, report.Fact{Name: "began with", Value: a.Base}, report.Fact{Name: "mode", Value: r.Mode})
	for _, f := range a.Recipe {
		p.Facts = append(p.Facts, report.Fact(f))
	}
	p.Facts = append(p.Facts, report.Fact{Name: "device", Value: r.Device}, report.Fact{Name: "seconds", Value: fmt.Sprintf("%.1f", r.Seconds)})
	if r.Judged != nil && len(r.Judged.Label) > 0 {
		p.Figures = figures(r.Best().Eval, nil)
		p.Confusion = &report.Confusion{Classes: r.Judged.Classes, Counts: r.Judged.Confusion()}
	}
	return p
}

// note says how to read the figures.
func (a About) note() string {
	return fmt.Sprintf("Figures on the %s split. %s %s", a.JudgedOn, speaksOf(a.Classes, a.Positive), a.chosen())
}

// chosen says what the weights were chosen by.
func (a About) chosen() string {
	if a.JudgedOn == "test" {
		return "The weights were chosen on test: these figures are too good, and no measure of new pictures."
	}
	return "The weights were chosen by the loss on this split; `curate evaluate` judges them on the test split."
}

func epochTable(rows []Row) report.Table {
	t := report.Table{Title: "Epochs", Header: []string{"epoch", "step", "training loss", "loss", "accuracy", "F1", "recall", "precision"}}
	for _, r := range tableRows(rows) {
		t.Rows = append(t.Rows, []string{
			fmt.Sprintf("%.1f", r.Epoch), fmt.Sprint(r.Step), report.Number(r.TrainLoss), report.Number(r.Loss),
			report.Number(r.Accuracy), report.Number(r.F1), report.Number(r.Recall), report.Number(r.Precision),
		})
	}
	return t
}

func countTable(counts []ClassCount) report.Table {
	t := report.Table{Title: "Pictures", Header: []string{"class", "train", "validation", "test"}}
	for _, c := range counts {
		t.Rows = append(t.Rows, []string{c.Class, fmt.Sprint(c.Train), fmt.Sprint(c.Val), fmt.Sprint(c.Test)})
	}
	return t
}

// figures lists scores with their intervals, where there are any.
func figures(s metrics.Scores, intervals map[string]metrics.Interval) []report.Figure {
	var out []report.Figure
	if s.N == 0 {
		return nil
	}
	s.Each(func(name string, v *metrics.Value) {
		f := report.Figure{Name: name, Value: float64(*v), Low: math.NaN(), High: math.NaN()}
		if ci, ok := intervals[name]; ok {
			f.Low, f.High = float64(ci[0]), float64(ci[1])
		}
		out = append(out, f)
	})
	return out
}

func (r *Result) card(a About) *report.Card {
	c := &report.Card{
		Name: a.Name, Base: a.Base, BaseOnHub: a.BaseOnHub, Classes: a.Classes, JudgedOn: a.JudgedOn, ChosenNote: a.chosen(),
		Figures: figures(r.Best().Eval, nil), Rows: tableRows(r.Rows), Counts: countTable(a.Counts), Side: r.Model.Config.ImageSize, Version: a.Version,
	}
	if len(a.Classes) == 2 {
		c.Positive = a.Classes[a.Positive]
	}
	for _, f := range a.Recipe {
		c.Recipe = append(c.Recipe, report.Fact(f))
	}
	return c
}

// Ready tells whether dir may take the files of a new run: it is empty, not there,
// or holds no more than the log of a run that came to nothing. A model or a
// checkpoint there is an error, because the run would write over them.
func Ready(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	logged := false
	for _, e := range entries {
		switch name := e.Name(); {
		case name == safetensors.ModelFile, name == ModelFile:
			return fmt.Errorf("%s holds a trained model: name another folder with --out, or remove this one to train into it", dir)
		case strings.HasPrefix(name, checkpointPrefix):
			return fmt.Errorf("%s holds checkpoints of an unfinished run: give the same command as then to go on with it, name another folder with --out, or remove this one to give the run up", dir)
		case name == track.MetricsFile:
			logged = true
		}
	}
	if len(entries) > 0 && !logged {
		return fmt.Errorf("%s holds other files; name an empty folder with --out", dir)
	}
	return nil
}
