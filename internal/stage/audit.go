package stage

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
	"github.com/curate/curate/train/audit"
	"github.com/curate/curate/train/metrics"
)

// AuditOptions say what is audited, and whether it is to be cured.
type AuditOptions struct {
	Command string
	Fix     *FixOptions // nil: only look
}

// AuditResult is what the files tell of the labels, without a pixel. Figures are of
// pictures that the forest had not seen, nor another of their groups.
type AuditResult struct {
	Verdict          audit.Verdict                `json:"verdict"`
	Finding          string                       `json:"finding"` // the verdict in a sentence
	AUC              metrics.Value                `json:"auc"`
	AUCInterval      metrics.Interval             `json:"auc_interval"`
	Accuracy         metrics.Value                `json:"accuracy"`
	AccuracyInterval metrics.Interval             `json:"accuracy_interval"`
	Majority         float64                      `json:"majority"` // the accuracy of always naming the commonest label
	Kinds            map[audit.Kind]metrics.Value `json:"kinds"`    // AUC from the columns of one kind
	Columns          []AuditColumn                `json:"columns"`  // those that tell most first
	Images           int                          `json:"images"`   // that were looked at
	Of               int                          `json:"of"`       // kept images with a label that can be read
	Labels           map[string]int               `json:"labels"`   // of those looked at
	Groups           int                          `json:"groups"`
	Folds            int                          `json:"folds"`
	Unlabelled       int                          `json:"unlabelled"`  // kept images left out for want of a label
	Rare             []string                     `json:"rare_labels"` // left out: too few groups
	Missing          int                          `json:"missing"`     // files that are gone, by Unreadable
	Changed          int                          `json:"changed"`     // files that are not what was ingested
	Unreadable       []UnusableInput              `json:"unreadable"`
	Fix              *FixResult                   `json:"fix"`
	Seconds          float64                      `json:"seconds"`
}

// AuditColumn is what one column tells.
type AuditColumn struct {
	Name       string         `json:"name"`
	Kind       audit.Kind     `json:"kind"`
	AUC        metrics.Value  `json:"auc"`        // of the column alone
	Importance *metrics.Value `json:"importance"` // AUC lost without it; null where the forest does not see it
	Values     []AuditValue   `json:"values"`     // that give a label away
}

// AuditValue is a value that gives a label away.
type AuditValue struct {
	Value    string   `json:"value"`
	Label    string   `json:"label"`
	Share    float64  `json:"share"` // of the images that have it, those with the label
	Count    int      `json:"count"` // images that have it
	Examples []string `json:"examples"`
}

// Audit finds out how well the labels can be told from metadata alone, and, if asked
// to, makes a set in which they cannot.
func Audit(ctx context.Context, e *Env, o AuditOptions) (AuditResult, error) {
	began := time.Now()
	set, err := loadAudited(ctx, e, catalog.Filter{})
	if err != nil {
		return AuditResult{}, err
	}
	r, err := set.audit(ctx, e)
	if err != nil {
		return r, err
	}
	if o.Fix != nil {
		r.Fix, err = fix(ctx, e, o.Command, *o.Fix)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, err
}

const (
	// auditFolds is how many times a part is judged by the rest.
	auditFolds = 5
	// auditGroups is how many groups a label must have to be told at all.
	auditGroups = 5
	// auditResamples is how often the interval draws.
	auditResamples = 400
	// auditSeed makes an audit the same each time.
	auditSeed = 42
)

// audit asks the forests.
func (s *audited) audit(ctx context.Context, e *Env) (AuditResult, error) {
	task := e.Progress.Start("audit", int64(len(s.rows)), "images")
	defer task.Done()
	r := s.result
	fold := train.DealFolds(s.class, s.group, auditFolds)
	r.Folds = auditFolds
	p := metrics.Predictions{Classes: s.classes, Positive: s.positive, Label: s.class}
	score := func(chance []float64) float64 {
		p.Prob = chance
		return float64(p.Score().AUC)
	}
	table := audit.NewTable(s.files)
	told, err := audit.Probe(ctx, audit.Job{Table: table, Class: s.class, Classes: len(s.classes), Fold: fold, Seed: auditSeed, Threads: e.Threads, Score: score})
	if err != nil {
		return r, err
	}
	task.Add(int64(len(s.rows)))
	p.Prob = told.Chance
	figures := p.Score()
	intervals := p.Intervals(metrics.Sampling{Group: s.group, Resamples: auditResamples, Seed: auditSeed})
	r.AUC, r.AUCInterval = figures.AUC, intervals["auc"]
	r.Accuracy, r.AccuracyInterval = figures.Accuracy, intervals["accuracy"]
	r.Kinds = map[audit.Kind]metrics.Value{}
	for _, k := range audit.Kinds() {
		r.Kinds[k] = metrics.Value(.5) // where no column of the kind differs
		if v, known := told.Kinds[k]; known {
			r.Kinds[k] = metrics.Value(v)
		}
	}
	r.Columns = s.columns(table, told)
	r.Verdict = audit.Judge(float64(r.AUC), float64(r.AUCInterval[0]))
	r.Finding = r.finding()
	return r, nil
}

// finding is the verdict in a sentence.
func (r *AuditResult) finding() string {
	figure := fmt.Sprintf("AUC %.3f (95%% interval %.3f to %.3f)", r.AUC, r.AUCInterval[0], r.AUCInterval[1])
	if math.IsNaN(float64(r.AUCInterval[0])) {
		figure = fmt.Sprintf("AUC %.3f", r.AUC)
	}
	switch r.Verdict {
	case audit.Leaks:
		return "The labels can be told without looking at a pixel: " + figure + " from the files' metadata alone, by " + r.by() +
			". What a classifier scores on these files says nothing about pictures."
	case audit.Hints:
		return "The files' metadata give some of the labels away: " + figure + ", by " + r.by() + "."
	case audit.Clean:
		return "The files' metadata do not give the labels away: " + figure + ", where 0.5 is chance."
	}
	return "There are too few images to say whether the files' metadata give the labels away: " + figure + "."
}

// by names the columns that tell most, of those that the forest sees.
func (r *AuditResult) by() string {
	var names []string
	for _, c := range r.Columns {
		if c.Kind != audit.OfRecord && c.AUC > .5 && len(names) < 4 {
			names = append(names, fmt.Sprintf("%s (%.2f)", c.Name, c.AUC))
		}
	}
	if len(names) == 0 {
		return "several columns together"
	}
	return joinAnd(names)
}

// joinAnd lists names as a sentence does.
func joinAnd(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
