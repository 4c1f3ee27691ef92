package stage

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train"
)

// MislabelOptions say which mistakes are looked for.
type MislabelOptions struct {
	Field    string  // "subject" or "label"
	Model    string  // as --model has it, "" for the encoder inside the binary that sees scenes
	MinScore float64 // from which an image is listed
	Limit    int
	Near     int // how many of the nearest pictures each is listed with
}

// Mislabel is an image that looks like those of another subject, or label.
type Mislabel struct {
	Path      string          `json:"path"`
	Score     float64         `json:"score"` // 0 to 1: what Given lacks of the chance that images called so have on average
	Field     string          `json:"field"`
	Given     string          `json:"given"`
	Suggested string          `json:"suggested"`
	Chance    float64         `json:"chance"` // of Suggested
	ID        catalog.ImageID `json:"id"`
	Status    catalog.Status  `json:"status"`
	Near      []Voice         `json:"near,omitempty"` // the pictures nearest to it, nearest first
}

// How mislabels are judged: out of five folds of whole groups, by a classifier with this penalty. A class with fewer groups than folds is
// not judged, since it could be missing where it is to be learnt.
const (
	mislabelFolds   = 5
	mislabelPenalty = .1
)

// MislabelFrom is the score from which an image is flagged, whatever is listed.
const MislabelFrom = 0.9

// MislabelIssue is the name under which the scores of a field are saved.
func MislabelIssue(field string) string {
	if field == "label" {
		return catalog.IssueMislabelLabel
	}
	return catalog.IssueMislabelSubject
}

// Mislabels asks of every image with a subject (or label) what a classifier that has never seen it, nor a copy of it, nor a picture of its
// prompt, says it is. The score compares the chance that it gives to what is recorded with the mean of the chances that it gives to all
// images of that subject, which is the threshold of confident learning (Northcutt, Jiang and Chuang, Confident learning: estimating
// uncertainty in dataset labels, JAIR 2021): a rare subject, of which the classifier is never sure, is not suspect for that. Scores are saved as the issue "mislabel" (or
// "mislabel_label"). It returns those at or above the least score, surest first.
func Mislabels(ctx context.Context, e *Env, o MislabelOptions, v catalog.View) ([]Mislabel, LookResult, error) {
	began := time.Now()
	l, err := look(ctx, e, cmp.Or(o.Model, sceneEncoder))
	if err != nil {
		return nil, LookResult{}, err
	}
	j, err := l.judgedBy(o.Field)
	r := l.result(len(j.at))
	if err != nil {
		return nil, r, err
	}
	if len(j.rare) > 0 {
		e.Notice("in too few different pictures to be judged: %s %s", o.Field, shortList(j.rare))
	}
	chance, err := l.chances(ctx, e, j)
	if err != nil {
		return nil, r, err
	}
	out, scores := l.doubts(j, chance, o, v, &r)
	if err := e.Catalog.ReplaceScores(ctx, MislabelIssue(o.Field), MislabelFrom, scores); err != nil {
		return nil, r, err
	}
	slices.SortFunc(out, func(a, b Mislabel) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	out = firstOf(out, o.Limit)
	if o.Near > 0 {
		err = l.nearOf(ctx, e, out, o)
	}
	r.Seconds = time.Since(began).Seconds()
	return out, r, err
}

// judgement is what is asked of a heap.
type judgement struct {
	classes []string
	at      []int // places of the images that are judged, by their contents
	class   []int // of each
	rare    []string
}

func (l *looked) judgedBy(field string) (j judgement, err error) {
	given := func(im catalog.Row) string {
		if field == "label" {
			return im.Label
		}
		return im.Subject
	}
	groups := map[string]map[int]bool{}
	for i, im := range l.images {
		if c := given(im); c != "" {
			if groups[c] == nil {
				groups[c] = map[int]bool{}
			}
			groups[c][l.group[i]] = true
		}
	}
	if len(groups) == 0 {
		return j, fmt.Errorf("no image has a %s, so none can be wrong: give them with `curate ingest --layout` (what folder names mean), "+
			"`--manifest` or `--%s`, or one by one with `curate label --field %s`", field, field, field)
	}
	for _, c := range slices.Sorted(maps.Keys(groups)) {
		if len(groups[c]) < mislabelFolds {
			j.rare = append(j.rare, c)
		} else {
			j.classes = append(j.classes, c)
		}
	}
	if len(j.classes) < 2 {
		return j, fmt.Errorf("%w: %d values of the %s have %d different pictures or more, and two are needed to find those that are mixed up",
			errTooFew, len(j.classes), field, mislabelFolds)
	}
	at := l.choose(func(im catalog.Row) bool { return slices.Contains(j.classes, given(im)) })
	// By content, so that the folds, and the sums of the fit, are the same in whatever order pictures were taken in.
	slices.SortFunc(at, func(a, b int) int { return bytes.Compare(l.images[a].Hash[:], l.images[b].Hash[:]) })
	for _, i := range at {
		j.at, j.class = append(j.at, i), append(j.class, slices.Index(j.classes, given(l.images[i])))
	}
	return j, nil
}

func shortList(names []string) string {
	const shown = 10
	if len(names) > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// chances asks the classifiers: a row of chances for each judged image.
func (l *looked) chances(ctx context.Context, e *Env, j judgement) ([]float64, error) {
	task := e.Progress.Start("judge", int64(len(j.at)), "images")
	defer task.Done()
	f := train.Features{Dim: l.dim, Label: j.class}
	groups := make([]int, len(j.at))
	for k, i := range j.at {
		f.Rows, groups[k] = append(f.Rows, l.rows[i*l.dim:(i+1)*l.dim]...), l.group[i]
	}
	folds := train.DealFolds(j.class, groups, mislabelFolds)
	chances, err := train.OutOfFold(ctx, f, len(j.classes), folds, mislabelPenalty, e.Threads)
	if err == nil {
		task.Add(int64(len(j.at)))
	}
	return chances, err
}

// doubts turns chances into scores and the list.
func (l *looked) doubts(j judgement, chance []float64, o MislabelOptions, v catalog.View, r *LookResult) (out []Mislabel, scores []catalog.Score) {
	usual := j.confidence(chance)
	for k, i := range j.at {
		im, given, p := l.images[i], j.class[k], chance[k*len(j.classes):(k+1)*len(j.classes)]
		score := max(0, 1-p[given]/usual[given])
		scores = append(scores, catalog.Score{Image: im.ID, Value: score})
		if score < o.MinScore {
			continue
		}
		r.Reached++
		if listed(im.Status) {
			best := another(p, given)
			out = append(out, Mislabel{Path: v.Show(im.Path), Score: score, Field: o.Field, Given: j.classes[given], Suggested: j.classes[best],
				Chance: p[best], ID: im.ID, Status: im.Status})
		}
	}
	return out, scores
}

// confidence is, for each class, the mean chance of it in the images that are called so.
func (j judgement) confidence(chance []float64) []float64 {
	sum, n := make([]float64, len(j.classes)), make([]float64, len(j.classes))
	for k, c := range j.class {
		sum[c] += chance[k*len(j.classes)+c]
		n[c]++
	}
	for c := range sum {
		sum[c] = max(sum[c]/n[c], 1e-9)
	}
	return sum
}

// another is the likeliest class but one.
func another(p []float64, given int) int {
	best := -1
	for c := range p {
		if c != given && (best < 0 || p[c] > p[best]) {
			best = c
		}
	}
	return best
}
