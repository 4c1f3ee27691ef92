package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/catalog/ingest"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
)

// EvaluateOptions say what is judged.
type EvaluateOptions struct {
	Run    string   // name or number, "" for the newest
	Split  string   // "test"
	Folder string   // pictures in folders named by their label, instead of a split
	By     []string // fields to list figures by: generator, source, subject
}

// EvaluateResult is what a run's model is worth on those pictures.
type EvaluateResult struct {
	metrics.Scores
	Positive   string                      `json:"positive"`  // the class of precision, recall, F1, AUC and AP
	Positives  int                         `json:"positives"` // pictures of it
	CI         map[string]metrics.Interval `json:"ci"`
	Per        map[string][]metrics.Group  `json:"per"`
	Classes    []string                    `json:"classes"`
	Confusion  [][]int                     `json:"confusion"` // true class by answer
	Run        string                      `json:"run"`
	Model      string                      `json:"model"`
	On         string                      `json:"on"` // the split or folder
	Report     string                      `json:"report"`
	Device     string                      `json:"device"`
	Seconds    float64                     `json:"seconds"`
	LeftOut    *int                        `json:"left_out"` // pictures that the run learnt from, or from their groups; null: nobody can tell
	Unreadable []UnusableInput             `json:"unreadable"`
}

// Check says what is wrong with the options.
func (o EvaluateOptions) Check() error {
	for _, f := range o.By {
		if !slices.Contains(EvaluateFields(), f) {
			return fmt.Errorf("figures can be listed by %s, not by %q", strings.Join(EvaluateFields(), ", "), f)
		}
	}
	splits := []catalog.Split{catalog.Train, catalog.Val, catalog.Test}
	if o.Folder == "" && !slices.Contains(splits, catalog.Split(o.Split)) {
		return fmt.Errorf("no split is called %q: use train, val or test", o.Split)
	}
	return nil
}

// evalSeed makes the intervals of an evaluation the same each time.
const evalSeed = 42

// judgedPicture is a picture with its label and what else is known of it.
type judgedPicture struct {
	id     string
	work   catalog.Work // without a hash where it is not the catalogue's
	label  string
	fields map[string]string
	hash   catalog.Hash // of the content; zero where it cannot be read
	group  int          // what belongs together has the same number
}

// kindEvaluate is the kind of evaluations among the runs of the catalogue.
const kindEvaluate = "evaluate"

// evaluateSettings are what the catalogue keeps of an evaluation.
type evaluateSettings struct {
	Run    string   `json:"run"` // that was judged
	Split  string   `json:"split,omitempty"`
	Folder string   `json:"folder,omitempty"`
	By     []string `json:"by"`
}

// Evaluate judges the model of a run on a split or a folder, writes report.html and
// what the model said of every picture (AnswersFile) into the run's folder and records the figures as a run of its own.
func Evaluate(ctx context.Context, e *Env, o EvaluateOptions) (r EvaluateResult, err error) {
	if err := o.Check(); err != nil {
		return r, err
	}
	run, settings, err := trainRun(ctx, e, o.Run)
	if err != nil {
		return r, err
	}
	set := evaluateSettings{Run: run.Name, Split: o.Split, By: o.By}
	if o.Folder != "" {
		set.Split, set.Folder = "", o.Folder
	}
	record, err := e.Catalog.StartRun(ctx, kindEvaluate, "", o.dir(run), set)
	if err != nil {
		return r, err
	}
	var figures any
	if r, err = judgeRun(ctx, e, run, settings, o); err == nil {
		figures = r
	}
	return r, errors.Join(err, e.Catalog.FinishRun(ctx, record.ID, figures, err))
}

// splitName is the split that is judged, "" for a folder.
func (o EvaluateOptions) splitName() string {
	if o.Folder != "" {
		return ""
	}
	return o.Split
}

// dir is where the report of an evaluation of run lies.
func (o EvaluateOptions) dir(run catalog.Run) string {
	if o.Folder != "" {
		return filepath.Join(run.Dir, "evaluation-folder")
	}
	return filepath.Join(run.Dir, "evaluation-"+o.Split)
}

func judgeRun(ctx context.Context, e *Env, run catalog.Run, settings runSettings, o EvaluateOptions) (r EvaluateResult, err error) {
	began := time.Now()
	c, err := openClassifier(e, run.Dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	pictures, on, unusable, err := evaluated(ctx, e, o, c.classes())
	if err != nil {
		return r, err
	}
	c.unreadable = append(c.unreadable, unusable...)
	pictures, left, err := unseen(ctx, e, run, settings, o, pictures)
	if err != nil {
		return r, err
	}
	ev, judged, err := c.evaluate(ctx, e, pictures, slices.Index(c.classes(), settings.Positive), o.By)
	if err != nil {
		return r, err
	}
	r = EvaluateResult{
		Scores: ev.Scores, Positive: settings.Positive, Positives: ev.Predictions.Positives(), CI: ev.Intervals, Per: ev.Per,
		Classes: c.classes(), Confusion: ev.Predictions.Confusion(), Run: run.Name, Model: settings.Model, On: on,
		Device: c.judge.Device().String(), LeftOut: left, Unreadable: c.unreadable,
	}
	if r.Report, err = writeEvaluation(run, settings, ev, &r, o); err == nil {
		err = writeAnswers(o.dir(run), judgedAnswers(ev.Predictions, judged, o.splitName()))
	}
	r.Seconds = time.Since(began).Seconds()
	return r, err
}

// EvaluateFields lists what figures can be listed by.
func EvaluateFields() []string { return []string{"generator", "source", "subject"} }

// evaluated lists the pictures to be judged, and says what they are and which
// cannot be.
func evaluated(ctx context.Context, e *Env, o EvaluateOptions, classes []string) (_ []judgedPicture, on string, unusable []UnusableInput, err error) {
	if o.Folder != "" {
		p, unusable, err := folderPictures(ctx, e, o.Folder, classes)
		return p, o.Folder, unusable, err
	}
	split := catalog.Split(o.Split)
	p, err := splitPictures(ctx, e, split, classes)
	if err == nil && len(p) == 0 {
		err = fmt.Errorf("no kept image with a label of the model (%s) is in %s; `curate split` makes a split", strings.Join(classes, ", "), split)
	}
	return p, "the " + o.Split + " split", nil, err
}

func splitPictures(ctx context.Context, e *Env, s catalog.Split, classes []string) ([]judgedPicture, error) {
	var out []judgedPicture
	var ids []catalog.ImageID
	other := 0
	for row, err := range e.Catalog.Images(ctx, catalog.Filter{Status: []catalog.Status{catalog.Kept}, Split: []catalog.Split{s}}) {
		if err != nil {
			return nil, err
		}
		if !slices.Contains(classes, row.Label) {
			other++
			continue
		}
		ids = append(ids, row.ID)
		out = append(out, judgedPicture{
			id: row.Hash.String(), label: row.Label,
			fields: map[string]string{"generator": row.Generator, "source": row.Source, "subject": row.Subject},
		})
	}
	if other > 0 {
		e.Notice("%d images of %s have a label that the model does not know, and are left out", other, s)
	}
	works, err := e.Catalog.Works(ctx, ids...)
	for i, id := range ids {
		out[i].work = works[id]
	}
	return out, err
}

// folderPictures lists the pictures below folder whose way from there holds a folder
// named like a class.
func folderPictures(ctx context.Context, e *Env, folder string, classes []string) (out []judgedPicture, unusable []UnusableInput, err error) {
	found, err := findGiven(ctx, e, folder)
	if err != nil {
		return nil, nil, err
	}
	layout, unlabelled := ingest.DefaultLayout(), 0
	for _, p := range found.pictures {
		facts := layout.Read(p.rel)
		for part := range strings.SplitSeq(path.Dir(p.rel), "/") {
			if slices.Contains(classes, part) {
				facts.Label = part
			}
		}
		if !slices.Contains(classes, facts.Label) {
			unlabelled++
			continue
		}
		out = append(out, judgedPicture{
			id: p.Path, work: catalog.Work{Place: p.Place}, label: facts.Label,
			fields: map[string]string{"generator": facts.Generator, "source": facts.Source, "subject": facts.Subject},
		})
	}
	if found.other+unlabelled > 0 {
		e.Notice("left out of %s: %d pictures in no folder named like a class, %d files that are no pictures", folder, unlabelled, found.other)
	}
	if len(out) == 0 {
		err = fmt.Errorf("%s has no folder named like a class of the model (%s) with pictures in it", folder, strings.Join(classes, ", "))
	}
	return out, found.unusable, err
}

// writeEvaluation writes report.html and returns its path.
func writeEvaluation(run catalog.Run, s runSettings, ev *train.Evaluation, r *EvaluateResult, o EvaluateOptions) (string, error) {
	dir := o.dir(run)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	report := filepath.Join(dir, train.ReportFile)
	left := "not known"
	if r.LeftOut != nil {
		left = fmt.Sprint(*r.LeftOut)
	}
	facts := []train.Fact{
		{Name: "run", Value: run.Name}, {Name: "mode", Value: s.Mode}, {Name: "began with", Value: s.Model},
		{Name: "resolution", Value: fmt.Sprint(s.Resolution)}, {Name: "left out, as learnt from", Value: left},
	}
	return report, ev.WriteHTML(report, run.Name+" on "+r.On, r.On, facts, o.By)
}
