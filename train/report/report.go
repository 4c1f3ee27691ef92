// Package report writes what people read about a run: report.html, which stands
// alone, loss.png, and README.md, the model card.
//
// Fill a [Report] and call [Report.WriteHTML]; [Chart.WritePNG] draws one chart;
// [Card.Write] writes the card, and [TrainerTable] the table that people know from
// the cards of Transformers' Trainer. Figures come in as numbers and pictures as JPEG
// files: the package computes none.
package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"math"

	"github.com/curate/curate/internal/atomicfile"
)

// Report is what report.html shows, from top to bottom. What is empty is left out.
type Report struct {
	Title     string
	Lead      string    // what was judged, and on what, in a sentence
	Findings  []Finding // what a reader must know before any figure
	Tiles     []Tile
	Figures   []Figure
	Note      string // how to read the figures: the positive class, what was chosen on what
	Confusion *Confusion
	Curves    []Chart // of the answers
	Groups    []Table // figures by source, generator, subject
	More      []Table // of other questions: classes left out, runs compared
	Grid      *Grid
	Mistakes  *Mistakes
	Training  []Chart // over the steps
	Epochs    []Table
	Data      []Table // the data card
	DataFacts []Fact
	Facts     []Fact // how the model was made
}

// Fact is a name with what it is.
type Fact struct{ Name, Value string }

// How grave a finding is.
const (
	Bad  = "bad"  // figures cannot be believed
	Warn = "warn" // they have to be read with care
	Good = "good"
)

// Finding is something that a reader must know.
type Finding struct {
	Level string // Bad, Warn or Good
	Title string
	Text  string
	Facts []Fact
}

// Word is the level in a word, for who sees no colours.
func (f Finding) Word() string {
	switch f.Level {
	case Bad:
		return "Do not trust this yet"
	case Warn:
		return "Read with care"
	}
	return "Good to know"
}

// Tile is one of the few figures that are shown large.
type Tile struct {
	Figure
	Title string
	Note  string
}

// Figure is a number with its 95% interval. NaN is undefined; an interval of NaN is
// left out.
type Figure struct {
	Name             string
	Value, Low, High float64
}

// titles are the names of figures as people write them.
var titles = map[string]string{
	"loss": "log loss", "f1": "F1", "auc": "AUC", "ap": "average precision", "ece": "calibration error (ECE)", "brier": "Brier score",
}

// Title is the name as people write it.
func (f Figure) Title() string {
	if t, ok := titles[f.Name]; ok {
		return t
	}
	return f.Name
}

// Interval is the interval as it is shown, "" if there is none.
func (f Figure) Interval() string {
	if !finite(f.Low) || !finite(f.High) {
		return ""
	}
	return Short(f.Low) + " to " + Short(f.High)
}

// Text is the value as it is shown.
func (f Figure) Text() string { return Short(f.Value) }

// Number shows a figure with four digits after the point, as Trainer cards do.
func Number(v float64) string {
	if !finite(v) {
		return "-"
	}
	return fmt.Sprintf("%.4f", v)
}

// Short shows a figure with three digits, which is more than intervals bear.
func Short(v float64) string {
	if !finite(v) {
		return "–"
	}
	return fmt.Sprintf("%.3f", v)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Table is any other table.
type Table struct {
	Title  string
	Note   string
	Header []string
	Rows   [][]string
	Bars   []Figure // one for each row, drawn in a column after the others; may be nil
	Bar    string   // the name of that column
}

//go:embed report.html.tmpl report.css
var files embed.FS

// HTML returns the page. It loads nothing from elsewhere and runs no script.
func (r *Report) HTML() ([]byte, error) {
	style, err := files.ReadFile("report.css")
	if err != nil {
		return nil, err
	}
	t, err := template.New("report.html.tmpl").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) },
		"short": Short,
		"bar":   func(f Figure) template.HTML { return f.bar() },
	}).ParseFS(files, "report.html.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, r)
	return b.Bytes(), err
}

// WriteHTML writes the page to path.
func (r *Report) WriteHTML(path string) error {
	text, err := r.HTML()
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomicfile.WriteFile(path, text, 0o644)
}

// Section is a part of the page that can be jumped to.
type Section struct{ ID, Title string }

// Sections lists the parts that the page has.
func (r *Report) Sections() []Section {
	var out []Section
	add := func(has bool, id, title string) {
		if has {
			out = append(out, Section{id, title})
		}
	}
	add(len(r.Figures) > 0 || r.Confusion != nil, "figures", "Figures")
	add(len(r.Curves) > 0, "curves", "Curves")
	add(len(r.Groups) > 0, "groups", "By source, generator, subject")
	add(len(r.More) > 0, "questions", "Other questions")
	add(r.Grid != nil, "robustness", "Robustness")
	add(r.Mistakes != nil, "mistakes", "Worst mistakes")
	add(len(r.Training) > 0 || len(r.Epochs) > 0, "training", "Training")
	add(len(r.Data) > 0 || len(r.DataFacts) > 0, "data", "Data")
	add(len(r.Facts) > 0, "settings", "Settings")
	return out
}
