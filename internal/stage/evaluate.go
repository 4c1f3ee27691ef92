package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/metrics"
)

// EvaluateOptions say what is judged.
type EvaluateOptions struct {
	Run        string   // name or number, "" for the newest
	Split      string   // "test"
	Folder     string   // pictures in folders named by their label, instead of a split
	By         []string // fields to list figures by: generator, source, subject
	Robustness bool     // judge edited pictures too
	Sample     int      // pictures that are edited at most, 0 for all
	LeaveOut   string   // field: for each of its values judge a probe that has learnt from none of it
	Against    string   // name or number of a run to compare with, "" for none
}

// EvaluateResult is what a run's model is worth on those pictures.
type EvaluateResult struct {
	metrics.Scores
	Positive      string                      `json:"positive"`  // the class of precision, recall, F1, AUC and AP
	Positives     int                         `json:"positives"` // pictures of it
	CI            map[string]metrics.Interval `json:"ci"`
	Per           map[string][]metrics.Group  `json:"per"`
	Threshold     float64                     `json:"threshold"`      // of the positive class, that balanced accuracy is taken at
	ThresholdFrom *string                     `json:"threshold_from"` // "validation"; null: none was chosen, and it is one half
	Balanced      metrics.Value               `json:"balanced_accuracy"`
	BalancedCI    metrics.Interval            `json:"balanced_accuracy_ci"`
	WorstSource   *WorstSource                `json:"worst_source"` // null: no source is known
	OneClass      bool                        `json:"source_tells_label"`
	Calibrated    *Calibrated                 `json:"calibrated"`    // null: no temperature was fitted
	Robustness    []RobustCell                `json:"robustness"`    // null: not asked for
	LeaveOneOut   *LeaveOneOut                `json:"leave_one_out"` // null: not asked for
	Against       *Against                    `json:"against"`       // null: not asked for
	Classes       []string                    `json:"classes"`
	Confusion     [][]int                     `json:"confusion"` // true class by answer
	Run           string                      `json:"run"`
	Model         string                      `json:"model"`
	On            string                      `json:"on"` // the split or folder
	Report        string                      `json:"report"`
	Device        string                      `json:"device"`
	Seconds       float64                     `json:"seconds"`
	LeftOut       *int                        `json:"left_out"` // pictures that the run learnt from, or from their groups; null: nobody can tell
	Unreadable    []UnusableInput             `json:"unreadable"`
}

// WorstSource is the source whose pictures are recognised worst.
type WorstSource struct {
	Source   string           `json:"source"`
	N        int              `json:"n"`
	Balanced metrics.Value    `json:"balanced_accuracy"` // at the threshold; of one class alone the share that is recognised
	CI       metrics.Interval `json:"ci"`
}

// Calibrated are figures with the temperature that was fitted on validation pictures.
type Calibrated struct {
	Temperature float64                     `json:"temperature"`
	Loss        metrics.Value               `json:"loss"`
	ECE         metrics.Value               `json:"ece"`
	Brier       metrics.Value               `json:"brier"`
	CI          map[string]metrics.Interval `json:"ci"`
}

// Check says what is wrong with the options.
func (o EvaluateOptions) Check() error {
	for _, f := range o.By {
		if !slices.Contains(EvaluateFields(), f) {
			return fmt.Errorf("figures can be listed by %s, not by %q", strings.Join(EvaluateFields(), ", "), f)
		}
	}
	splits := []catalog.Split{catalog.Train, catalog.Val, catalog.Test}
	switch {
	case o.Folder == "" && !slices.Contains(splits, catalog.Split(o.Split)):
		return fmt.Errorf("no split is called %q: use train, val or test", o.Split)
	case o.LeaveOut != "" && !slices.Contains(EvaluateFields(), o.LeaveOut):
		return fmt.Errorf("one %s can be left out after the other, not one %q", strings.Join(EvaluateFields(), ", "), o.LeaveOut)
	case o.LeaveOut != "" && o.Folder != "":
		return errors.New("leaving one out needs a split of the catalogue: what is in a folder was not learnt from anyhow")
	case o.Sample < 0:
		return fmt.Errorf("a sample of %d pictures: take a number from 1 on, or 0 for all", o.Sample)
	}
	return nil
}

// evalSeed makes the intervals of an evaluation the same each time.
const evalSeed = 42

// kindEvaluate is the kind of evaluations among the runs of the catalogue.
const kindEvaluate = "evaluate"

// evaluateSettings are what the catalogue keeps of an evaluation.
type evaluateSettings struct {
	Run        string   `json:"run"` // that was judged
	Split      string   `json:"split,omitempty"`
	Folder     string   `json:"folder,omitempty"`
	By         []string `json:"by"`
	Robustness bool     `json:"robustness,omitempty"`
	LeaveOut   string   `json:"leave_out,omitempty"`
	Against    string   `json:"against,omitempty"`
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
	if o.Against != "" {
		if err := o.checkAgainst(ctx, e, run, settings); err != nil {
			return r, err
		}
	}
	set := evaluateSettings{Run: run.Name, Split: o.Split, By: o.By, Robustness: o.Robustness, LeaveOut: o.LeaveOut, Against: o.Against}
	if o.Folder != "" {
		set.Split, set.Folder = "", o.Folder
	}
	record, err := e.Catalog.StartRun(ctx, kindEvaluate, "", o.dir(run), set)
	if err != nil {
		return r, err
	}
	var figures any
	if r, err = (&evaluation{env: e, options: o, run: run, settings: settings}).do(ctx); err == nil {
		figures = r
	}
	return r, errors.Join(err, e.Catalog.FinishRun(context.WithoutCancel(ctx), record.ID, figures, err))
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

// EvaluateFields lists what figures can be listed by.
func EvaluateFields() []string { return []string{"generator", "source", "subject"} }

// evaluation is one run of Evaluate.
type evaluation struct {
	env      *Env
	options  EvaluateOptions
	run      catalog.Run // that is judged
	settings runSettings
	fitted   *train.Calibration // of the run; nil: none
	figures  *train.Evaluation
	judged   []judgedPicture // in the order of the predictions
	result   EvaluateResult
}

func (v *evaluation) do(ctx context.Context) (EvaluateResult, error) {
	began := time.Now()
	var err error
	if v.fitted, err = train.ReadCalibration(v.run.Dir); err != nil {
		return v.result, err
	}
	if err := v.judge(ctx); err != nil {
		return v.result, err
	}
	if v.options.LeaveOut != "" {
		if v.result.LeaveOneOut, err = v.leaveOneOut(ctx); err != nil {
			return v.result, err
		}
	}
	if v.options.Against != "" {
		if v.result.Against, err = v.against(ctx); err != nil {
			return v.result, err
		}
	}
	if err := v.writeReport(ctx); err != nil {
		return v.result, err
	}
	v.result.Seconds = time.Since(began).Seconds()
	return v.result, nil
}

// judge asks the model about every picture, and about edited ones where that is
// wanted, and keeps what it said.
func (v *evaluation) judge(ctx context.Context) (err error) {
	c, err := openClassifier(v.env, v.run.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	pictures, on, unusable, err := evaluated(ctx, v.env, v.options, c.classes())
	if err != nil {
		return err
	}
	c.unreadable = append(c.unreadable, unusable...)
	pictures, left, err := unseen(ctx, v.env, v.run, v.settings, v.options, pictures)
	if err != nil {
		return err
	}
	p, judged, err := c.answer(ctx, v.env, pictures, v.settings.Positive)
	if err != nil {
		return err
	}
	if v.figures, err = train.Evaluate(p, knownOf(judged), v.fitted, evalSeed); err != nil {
		return err
	}
	v.judged = judged
	v.result.On, v.result.LeftOut, v.result.Unreadable, v.result.Device = on, left, c.unreadable, c.judge.Device().String()
	v.fill()
	if v.options.Robustness {
		if v.result.Robustness, err = v.robustness(ctx, c); err != nil {
			return err
		}
	}
	dir := v.options.dir(v.run)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return writeAnswers(dir, judgedAnswers(p, judged, v.options.splitName()))
}

// fill fills in the figures.
func (v *evaluation) fill() {
	ev, r := v.figures, &v.result
	r.Scores, r.CI, r.Threshold, r.Balanced, r.BalancedCI = ev.Scores, ev.Intervals, ev.Threshold, ev.Balanced, ev.BalancedCI
	r.Positive, r.Positives = v.settings.Positive, ev.Predictions.Positives()
	r.Classes, r.Confusion, r.Run, r.Model = ev.Predictions.Classes, ev.Predictions.Confusion(), v.run.Name, v.settings.Model
	r.OneClass = ev.SourceTellsLabel
	r.Per = map[string][]metrics.Group{}
	for _, f := range v.options.By {
		r.Per[f] = ev.Per[f]
	}
	if ev.ThresholdFrom != "" {
		r.ThresholdFrom = &ev.ThresholdFrom
	}
	r.WorstSource = worstSource(ev.Worst)
	if ev.Tempered != nil {
		r.Calibrated = &Calibrated{*ev.Temperature, ev.Tempered.Loss, ev.Tempered.ECE, ev.Tempered.Brier, ev.TemperedCI}
	}
}

func worstSource(g *metrics.Group) *WorstSource {
	if g == nil {
		return nil
	}
	return &WorstSource{g.Key, g.N, g.Balanced, g.BalancedCI}
}
