package stage

import (
	"cmp"
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/curate/curate/catalog"
	"github.com/curate/curate/train/metrics"
)

// AnswerSet is a set of pictures that the model of a run was judged on.
type AnswerSet struct {
	Key    string // SetChosen, a split, or SetFolder
	On     string // in words
	Dir    string // of AnswersFile
	Judged *EvaluateResult
}

// Keys of sets that are no splits: the pictures by which the weights were chosen, and
// those of a folder.
const (
	SetChosen = "chosen"
	SetFolder = "folder"
)

// Sets lists what the model of a training run was judged on: the evaluations, of each
// kind the newest, those of pictures it has not seen first; then what its weights were
// chosen by.
func (v *Runs) Sets(ctx context.Context, r RunInfo) ([]AnswerSet, error) {
	if r.Kind != kindTrain || r.Status != catalog.Done || r.Dir == nil {
		return nil, nil
	}
	runs, err := v.env.Catalog.Runs(ctx, kindEvaluate, 0)
	if err != nil {
		return nil, err
	}
	var out []AnswerSet
	for _, e := range runs {
		s, ok := evaluationSet(e, r)
		if ok && !slices.ContainsFunc(out, func(o AnswerSet) bool { return o.Key == s.Key }) {
			out = append(out, s)
		}
	}
	order := []string{string(catalog.Test), SetFolder, string(catalog.Val), string(catalog.Train)}
	slices.SortStableFunc(out, func(a, b AnswerSet) int { return slices.Index(order, a.Key) - slices.Index(order, b.Key) })
	on := "the " + cmp.Or(r.Said("judged_on"), "validation") + " split, by which the weights were chosen"
	return append(out, AnswerSet{Key: SetChosen, On: on, Dir: *r.Dir}), nil
}

// evaluationSet is what an evaluation was of, if it was one of run r.
func evaluationSet(e catalog.Run, r RunInfo) (s AnswerSet, ok bool) {
	var settings evaluateSettings
	if e.Status != catalog.Done || json.Unmarshal(e.Settings, &settings) != nil || settings.Run != r.Name {
		return s, false
	}
	s = AnswerSet{Key: settings.Split, On: "the " + settings.Split + " split", Dir: e.Dir}
	if settings.Folder != "" {
		s.Key, s.On = SetFolder, "pictures of "+settings.Folder
	}
	var judged EvaluateResult
	if json.Unmarshal(e.Metrics, &judged) == nil && judged.N > 0 {
		s.Judged = &judged
	}
	return s, true
}

// Answers are what a model said of a set of pictures. They are shared: nobody changes
// them.
type Answers struct {
	AnswerSet
	All         []Answer // those first to whose label the model gave least
	Bad         int      // lines of the file that cannot be read
	Predictions *metrics.Predictions
	Scores      metrics.Scores
}

// Answers reads what the model of a run said of a set of pictures. The error wraps
// fs.ErrNotExist where no file is left; runs of older versions left none.
func (v *Runs) Answers(r RunInfo, s AnswerSet) (*Answers, error) {
	read, err := v.answers.get(s.Dir, AnswersFile, func(f *os.File, _ fs.FileInfo) (*Answers, error) {
		all, bad, err := readAnswers(f)
		sortAnswers(all)
		a := &Answers{All: all, Bad: bad, Predictions: predictionsOf(all, r.Said("positive"))}
		a.Scores = a.Predictions.Score()
		return a, err
	})
	if err != nil {
		return nil, err
	}
	a := *read
	a.AnswerSet = s
	return &a, nil
}

// sortAnswers puts those first to whose label the model gave least.
func sortAnswers(all []Answer) {
	least := make([]float64, len(all))
	order := make([]int, len(all))
	for i, a := range all {
		least[i], order[i] = a.Probabilities[a.Label], i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(least[i], least[j]) })
	sorted := make([]Answer, len(all))
	for k, i := range order {
		sorted[k] = all[i]
	}
	copy(all, sorted)
}

// predictionsOf puts answers into the shape that figures are made from. Classes are
// those that any answer names, sorted.
func predictionsOf(all []Answer, positive string) *metrics.Predictions {
	names := map[string]bool{}
	for _, a := range all {
		names[a.Label] = true
		for c := range a.Probabilities {
			names[c] = true
		}
	}
	p := &metrics.Predictions{Classes: slices.Sorted(maps.Keys(names))}
	p.Positive = max(0, slices.Index(p.Classes, cmp.Or(positive, defaultPositive)))
	for _, a := range all {
		p.Label = append(p.Label, slices.Index(p.Classes, a.Label))
		for _, c := range p.Classes {
			p.Prob = append(p.Prob, a.Probabilities[c])
		}
	}
	return p
}

// Mistakes returns what the model got wrong, the surest first.
func (a *Answers) Mistakes() []Answer {
	return a.Choose(func(x Answer) bool { return !x.Right() })
}

// Choose returns some of the answers, in their order.
func (a *Answers) Choose(take func(Answer) bool) []Answer {
	var out []Answer
	for _, x := range a.All {
		if take(x) {
			out = append(out, x)
		}
	}
	return out
}

// Reliability tells how often the model is right where it says that it is so sure.
// Bins without pictures are left out.
func (a *Answers) Reliability() []metrics.Bin { return a.Predictions.Reliability() }

// Paired is how two models did on the pictures that both were judged on.
type Paired struct {
	Positive  string // the class of precision, recall, F1, AUC and AP of both
	N         int
	BothRight int
	OnlyA     int // right by the first alone
	OnlyB     int
	BothWrong int
	P         float64 // chance of so uneven a difference between models of equal worth: McNemar's exact test
	A, B      metrics.Scores
	Differ    [][2]Answer // of which one was right

	both  [2]*metrics.Predictions
	group []int // of each picture; nil: not known
}

// Pair compares the answers of two models, picture by picture, by content. Pictures
// that have had another label since one of them was judged are left out. Both are scored
// for one positive class, whichever each was trained with.
func Pair(a, b *Answers, positive string) Paired {
	others := map[string]Answer{}
	for _, y := range b.All {
		others[y.SHA256] = y
	}
	p := Paired{Positive: positive}
	var all [2][]Answer
	for _, x := range a.All {
		y, ok := others[x.SHA256]
		if !ok || x.Label != y.Label {
			continue
		}
		delete(others, x.SHA256) // what lies twice in a folder counts once
		all[0], all[1] = append(all[0], x), append(all[1], y)
		p.count(x, y)
	}
	p.N = len(all[0])
	p.P = metrics.McNemar(p.OnlyA, p.OnlyB)
	if p.N > 0 {
		p.both = [2]*metrics.Predictions{predictionsOf(all[0], positive), predictionsOf(all[1], positive)}
		p.A, p.B, p.group = p.both[0].Score(), p.both[1].Score(), groupsOf(all[0])
	}
	slices.SortStableFunc(p.Differ, func(x, y [2]Answer) int { return cmp.Compare(apart(y), apart(x)) })
	return p
}

// groupsOf are the groups of answers, nil if not all have one.
func groupsOf(all []Answer) (out []int) {
	for _, a := range all {
		if a.Group == nil {
			return nil
		}
		out = append(out, *a.Group)
	}
	return out
}

func (p *Paired) count(x, y Answer) {
	switch {
	case x.Right() && y.Right():
		p.BothRight++
		return
	case !x.Right() && !y.Right():
		p.BothWrong++
		return
	case x.Right():
		p.OnlyA++
	default:
		p.OnlyB++
	}
	p.Differ = append(p.Differ, [2]Answer{x, y})
}

// apart is how far two answers lie from each other.
func apart(d [2]Answer) float64 {
	return math.Abs(d[0].Probabilities[d[0].Label] - d[1].Probabilities[d[1].Label])
}

// ReportPath is where the report of a set lies, "" if there is none. The page shows
// what is in it, and never the file, which anybody may have put there.
func (s AnswerSet) ReportPath() string {
	path := filepath.Join(s.Dir, "report.html")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
